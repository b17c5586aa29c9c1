//! What does the sample company sell, at which price, and what does it cost?

use chrono::{Datelike, NaiveDate};

use super::company::{Currency, ENTITIES, WAREHOUSES};
use super::random::Stream;

/// What kind of thing a product is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// goods, kept in stock
    Goods,
    /// spare parts, kept in stock and used by service
    Part,
    /// work
    Work,
    /// goods sold together at one price, delivered item by item
    Kit,
}

/// Something that is sold.
pub(super) struct Product {
    /// its place in the list
    pub(super) index: usize,
    /// its stock number
    pub(super) sku: String,
    /// its name
    pub(super) name: String,
    /// its Chinese name
    pub(super) name_zh: String,
    /// its category, a place in [`CATEGORIES`]
    pub(super) category: usize,
    /// its group within the category
    pub(super) group: &'static str,
    /// good, better, best: 1 to 3
    pub(super) tier: u8,
    /// what kind of thing
    pub(super) kind: Kind,
    /// its price in the Chinese list of the first year, in whole yuan
    pub(super) list_yuan: i64,
    /// what a piece costs in the group's standard of the first year, in ten-thousandths of a yuan
    pub(super) cost: i64,
    /// what a piece weighs, in grams
    pub(super) grams: i64,
    /// the items of a kit and how many of each, by their places in the list
    pub(super) items: Vec<(usize, i64)>,
}

/// The categories that are ordered: goods first, then work.
pub(super) const CATEGORIES: [(&str, &str, &str); CATEGORY_COUNT] = [
    ("temperature", "Temperature", "温度"),
    ("pressure", "Pressure", "压力"),
    ("flow", "Flow", "流量"),
    ("level", "Level", "液位"),
    ("data_loggers", "Data loggers", "数据记录"),
    ("analysis", "Analysis", "分析仪器"),
    ("accessories", "Accessories", "附件"),
    ("calibration", "Calibration", "校准"),
];
/// How many categories are ordered.
pub(super) const CATEGORY_COUNT: usize = 8;
/// How many of them are goods.
pub(super) const GOODS_CATEGORIES: usize = 7;
/// The category of accessories.
pub(super) const ACCESSORIES: usize = 6;
/// The category of work.
pub(super) const CALIBRATION: usize = 7;
/// The name of the category of spare parts, which is not ordered but used by service.
pub(super) const PARTS: &str = "spare_parts";

/// Category, stock number, names, price of the lowest tier in yuan, weight in grams.
type GroupRow = (usize, &'static str, &'static str, &'static str, i64, i64);

const GROUPS: [GroupRow; 27] = [
    (0, "TH", "Resistance thermometer", "热电阻温度计", 480, 400),
    (0, "TC", "Thermocouple", "热电偶", 360, 300),
    (0, "TT", "Temperature transmitter", "温度变送器", 1_260, 700),
    (0, "TI", "Infrared thermometer", "红外测温仪", 1_850, 900),
    (1, "PG", "Pressure gauge", "压力表", 355, 900),
    (1, "PT", "Pressure transmitter", "压力变送器", 2_980, 1_800),
    (1, "PD", "Differential pressure transmitter", "差压变送器", 4_150, 3_200),
    (1, "PS", "Pressure switch", "压力开关", 690, 500),
    (2, "FM", "Electromagnetic flow meter", "电磁流量计", 4_650, 7_500),
    (2, "FV", "Vortex flow meter", "涡街流量计", 5_900, 6_800),
    (2, "FU", "Ultrasonic flow meter", "超声波流量计", 8_400, 5_200),
    (2, "FC", "Mass flow meter", "质量流量计", 18_600, 14_000),
    (3, "LP", "Level probe", "液位探头", 2_180, 2_200),
    (3, "LR", "Radar level meter", "雷达液位计", 7_800, 4_100),
    (3, "LU", "Ultrasonic level meter", "超声波液位计", 3_450, 2_600),
    (4, "DL", "Data logger", "数据记录仪", 6_890, 3_100),
    (4, "DR", "Paperless recorder", "无纸记录仪", 4_980, 3_600),
    (4, "DG", "Wireless gateway", "无线网关", 2_640, 1_100),
    (5, "AP", "pH meter", "酸度计", 3_250, 1_900),
    (5, "AC", "Conductivity meter", "电导率仪", 2_900, 1_700),
    (5, "AO", "Dissolved oxygen meter", "溶氧仪", 5_400, 2_100),
    (5, "AG", "Gas analyser", "气体分析仪", 24_800, 16_500),
    (6, "CA", "Sensor cable", "传感器电缆", 68, 300),
    (6, "MT", "Mounting set", "安装套件", 42, 500),
    (6, "PP", "Power supply", "电源模块", 210, 600),
    (7, "KL", "Calibration on site", "现场校准", 1_500, 0),
    (7, "KW", "Calibration in the laboratory", "实验室校准", 680, 0),
];

const PART_ROWS: [(&str, &str, &str, i64); 8] = [
    ("SP-101", "Sensor element", "传感元件", 320),
    ("SP-102", "Display module", "显示模块", 540),
    ("SP-103", "Circuit board", "电路板", 980),
    ("SP-104", "Seal set", "密封套件", 85),
    ("SP-105", "Housing", "外壳", 410),
    ("SP-106", "Battery pack", "电池组", 160),
    ("SP-107", "Electrode", "电极", 720),
    ("SP-108", "Terminal block", "接线端子", 60),
];

/// Stock numbers of work that service bills, beside what is ordered.
pub(super) const REPAIR_WORK: &str = "SW-100";
/// Stock number of a year of a service contract.
pub(super) const SERVICE_CONTRACT: &str = "SW-200";
/// Stock number of freight that a customer pays.
pub(super) const FREIGHT_CHARGE: &str = "FR-001";

const WORK_ROWS: [(&str, &str, &str, i64); 3] = [
    (REPAIR_WORK, "Repair, per hour", "维修工时", 420),
    (SERVICE_CONTRACT, "Service contract, per year", "年度服务合同", 12_000),
    (FREIGHT_CHARGE, "Freight", "运费", 60),
];

/// All products.
pub(super) fn all(seed: u64) -> Vec<Product> {
    let mut products = Vec::new();
    for (place, row) in GROUPS.iter().enumerate() {
        for tier in 1..=3_u8 {
            products.push(goods(seed, products.len(), place, *row, tier));
        }
    }
    for (sku, name, name_zh, yuan) in PART_ROWS {
        let texts = (sku, name, name_zh);
        products.push(plain(products.len(), texts, yuan, Kind::Part));
    }
    for (sku, name, name_zh, yuan) in WORK_ROWS {
        let texts = (sku, name, name_zh);
        products.push(plain(products.len(), texts, yuan, Kind::Work));
    }
    for (place, group) in [(0, "TT"), (1, "PT"), (2, "DL")] {
        let kit = kit(&products, place, group);
        products.push(kit);
    }
    products
}

/// The groups of a category that is ordered, numbered over all categories.
pub(super) fn groups_of(category: usize) -> std::ops::Range<usize> {
    let before = GROUPS.iter().filter(|row| row.0 < category).count();
    before..before + GROUPS.iter().filter(|row| row.0 == category).count()
}

/// The product of a group and tier, a place in the list.
pub(super) fn of_group(group: usize, tier: u8) -> usize {
    group * 3 + usize::from(tier) - 1
}

fn goods(seed: u64, index: usize, place: usize, row: GroupRow, tier: u8) -> Product {
    let (category, prefix, name, name_zh, yuan, grams) = row;
    let mut stream = Stream::of(seed, "products", place as u64, u64::from(tier));
    let step = usize::from(tier) - 1;
    let list_yuan = yuan * [100, 165, 290][step] / 100;
    // Goods cost 46 to 56 percent of their list price, the best tier less.
    let share = stream.between(4_600, 5_600) - [0, 200, 500][step];
    let kind = if category == CALIBRATION { Kind::Work } else { Kind::Goods };
    Product {
        index,
        sku: format!("{prefix}-{tier}{:02}", 10 + place % 90),
        name: format!("{name}{}", ["", " Plus", " Premium"][step]),
        name_zh: format!("{}{name_zh}", ["", "增强型", "高端"][step]),
        category,
        group: name,
        tier,
        kind,
        list_yuan,
        cost: if kind == Kind::Goods { list_yuan * share + stream.between(0, 99) } else { 0 },
        grams: grams * (10 + i64::from(tier)) / 11,
        items: Vec::new(),
    }
}

fn plain(index: usize, texts: (&str, &str, &str), list_yuan: i64, kind: Kind) -> Product {
    let (sku, name, name_zh) = texts;
    Product {
        index,
        sku: sku.to_owned(),
        name: name.to_owned(),
        name_zh: name_zh.to_owned(),
        category: CALIBRATION,
        group: if kind == Kind::Part { "Spare parts" } else { "Work" },
        tier: 1,
        kind,
        list_yuan,
        cost: if kind == Kind::Part { list_yuan * 4_250 } else { 0 },
        grams: if kind == Kind::Part { 350 } else { 0 },
        items: Vec::new(),
    }
}

/// A device with its cable and mounting set, at five percent less than the sum of its items.
fn kit(products: &[Product], place: usize, group: &str) -> Product {
    let find = |prefix: &str| {
        products.iter().find(|product| product.sku.starts_with(prefix)).map_or(0, |p| p.index)
    };
    let items = vec![(find(group), 1), (find("CA"), 2), (find("MT"), 1)];
    let sum: i64 = items.iter().map(|(item, count)| products[*item].list_yuan * count).sum();
    let device = &products[items[0].0];
    Product {
        index: products.len(),
        sku: format!("KIT-{:03}", place + 1),
        name: format!("{} kit", device.name),
        name_zh: format!("{}套装", device.name_zh),
        category: device.category,
        group: device.group,
        tier: 1,
        kind: Kind::Kit,
        list_yuan: sum * 95 / 100,
        cost: 0,
        grams: 0,
        items,
    }
}

/// The year in which price lists and costs begin.
const FIRST_YEAR: i32 = 2020;

/// What is multiplied so many times a year, by so many thousandths.
fn grown(amount: i64, year: i32, per_mille: i64) -> i64 {
    (FIRST_YEAR..year).fold(amount, |amount, _| amount * (1000 + per_mille) / 1000)
}

impl Product {
    /// The category's name, as sales writes it.
    pub(super) fn category_name(&self) -> &'static str {
        if self.kind == Kind::Part { PARTS } else { CATEGORIES[self.category].0 }
    }

    /// Whether a warehouse keeps it.
    pub(super) fn is_stocked(&self) -> bool {
        matches!(self.kind, Kind::Goods | Kind::Part)
    }

    /// Its price in a currency's list on a day, in cents; lists change with the year.
    pub(super) fn list_price(&self, currency: Currency, day: NaiveDate) -> i64 {
        let yuan_cents = grown(self.list_yuan * 100, day.year(), 28);
        match currency {
            Currency::Cny => yuan_cents / 100 * 100,
            // Abroad the lists are 18 percent higher, in whole units.
            Currency::Eur => yuan_cents * 118 / 780 / 100 * 100,
            Currency::Usd => yuan_cents * 118 / 710 / 100 * 100,
        }
    }

    /// What a piece is valued at in a warehouse in a year, in ten-thousandths of the currency of
    /// the entity that owns it.
    pub(super) fn unit_cost(&self, warehouse: usize, year: i32) -> i64 {
        let house = &WAREHOUSES[warehouse];
        let yuan = grown(self.cost, year, 22) * house.cost_per_mille / 1000;
        match ENTITIES[house.entity].currency {
            Currency::Cny => yuan,
            Currency::Eur => yuan * 100 / 780,
            Currency::Usd => yuan * 100 / 710,
        }
    }
}

/// What a number of pieces costs, in cents, rounded half away from zero.
pub(super) fn cost_of(quantity: i64, unit_cost: i64) -> i64 {
    rounded(i128::from(quantity) * i128::from(unit_cost), 100)
}

/// A quotient rounded half away from zero.
pub(super) fn rounded(amount: i128, divisor: i128) -> i64 {
    let half = divisor / 2 * amount.signum();
    i64::try_from((amount + half) / divisor).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{all, cost_of, rounded};

    #[test]
    fn quotients_round_half_away_from_zero() {
        for (amount, expected) in [(149, 1), (150, 2), (-149, -1), (-150, -2), (0, 0)] {
            assert_eq!(rounded(amount, 100), expected, "{amount}");
        }
        assert_eq!(cost_of(3, 271_250), 8_138);
    }

    #[test]
    fn stock_numbers_are_unique() {
        let mut numbers: Vec<String> = all(1).into_iter().map(|product| product.sku).collect();
        let count = numbers.len();
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), count);
        assert_eq!(count, 27 * 3 + 8 + 3 + 3);
    }
}
