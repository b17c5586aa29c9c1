//! Who are the sample company's customers, what does it sell, and what did they order?
//!
//! The company sells measuring instruments from Shanghai. Everything here is fixed: the same
//! orders come out on every machine, so that the demo's figures can be talked about.

use chrono::{Datelike, Days, NaiveDate};

/// A customer as the sales department knows it.
pub(super) struct Customer {
    /// number of the sales department
    pub(super) id: String,
    /// the company's name
    pub(super) name: &'static str,
    /// what it does
    pub(super) industry: &'static str,
    /// where it sits
    pub(super) region: &'static str,
    /// orders in a usual month
    pub(super) orders_per_month: u64,
    /// cases of service in a usual month
    pub(super) cases_per_month: u64,
    /// the person spoken to
    pub(super) contact: &'static str,
}

/// Name, industry, region, orders and service cases in a month, contact.
type CustomerRow = (&'static str, &'static str, &'static str, u64, u64, &'static str);

const CUSTOMERS: [CustomerRow; 40] = [
    ("Harbour Freight Systems Ltd", "logistics", "East China", 6, 1, "Grace Miller"),
    ("上海海蓝物流有限公司", "logistics", "East China", 5, 1, "王建国"),
    ("Northgate Pharma Inc", "pharmaceuticals", "East China", 5, 2, "Daniel Ortiz"),
    ("苏州恒瑞精密机械有限公司", "machinery", "East China", 4, 1, "李秀英"),
    ("Blue Ridge Foods", "food", "South China", 4, 1, "Hannah Cole"),
    ("广州南方电力设备有限公司", "energy", "South China", 4, 2, "陈志强"),
    ("Silverline Optics GmbH", "optics", "Europe", 3, 0, "Jonas Weber"),
    ("Meridian Water Authority", "utilities", "Europe", 3, 12, "Claire Dubois"),
    ("杭州绿源食品股份有限公司", "food", "East China", 3, 1, "赵敏"),
    ("Castle Rock Mining Co", "mining", "North China", 3, 1, "Peter Novak"),
    ("北京中科仪器研究所", "research", "North China", 3, 2, "孙伟"),
    ("Eastwind Turbines AS", "energy", "Europe", 3, 1, "Ingrid Dahl"),
    ("深圳市前海智能科技有限公司", "electronics", "South China", 3, 1, "周婷"),
    ("Oakfield Dairy Cooperative", "food", "Europe", 2, 1, "Thomas Byrne"),
    ("成都天府化工有限公司", "chemicals", "West China", 2, 1, "吴磊"),
    ("Pioneer Chemicals plc", "chemicals", "Europe", 2, 1, "Olivia Grant"),
    ("重庆山城汽车零部件厂", "automotive", "West China", 2, 9, "郑浩"),
    ("Summit Automotive Parts", "automotive", "South China", 2, 1, "Luca Ferrari"),
    ("武汉长江造船有限公司", "shipbuilding", "Central China", 2, 1, "冯雪"),
    ("Riverbend Hospital Trust", "health", "Europe", 2, 2, "Amelia Stone"),
    ("南京紫金医院", "health", "East China", 2, 1, "蒋丽华"),
    ("Tallinn Sensor Works OÜ", "electronics", "Europe", 2, 0, "Kaarel Tamm"),
    ("青岛海鼎水产有限公司", "food", "North China", 2, 1, "韩冬"),
    ("Granite State Cement", "building", "Europe", 2, 0, "Robert Lang"),
    ("西安古城建材有限公司", "building", "West China", 2, 1, "曹阳"),
    ("Lakeside University", "research", "Europe", 1, 1, "Prof. Nadia Haddad"),
    ("天津滨海石化有限公司", "chemicals", "North China", 1, 0, "彭博"),
    ("Ember Glassworks", "glass", "Europe", 1, 0, "Sofia Marques"),
    ("厦门鹭岛电子厂", "electronics", "South China", 1, 1, "许文静"),
    ("Foxglove Cosmetics", "cosmetics", "Europe", 1, 0, "Marta Kowalska"),
    ("长沙湘江制药有限公司", "pharmaceuticals", "Central China", 1, 1, "邓超群"),
    ("Polar Cold Chain Oy", "logistics", "Europe", 1, 1, "Eero Virtanen"),
    ("郑州中原粮油集团", "food", "Central China", 1, 0, "萧红"),
    ("Quarry & Sons", "mining", "Europe", 1, 0, "Edward Quarry"),
    ("昆明春城花卉有限公司", "agriculture", "West China", 1, 0, "田甜"),
    ("Vineyard Labs SARL", "food", "Europe", 1, 1, "Julien Moreau"),
    ("沈阳重工轴承有限公司", "machinery", "North China", 1, 1, "董建军"),
    ("Whitewater Breweries", "food", "Europe", 1, 0, "Ciara O'Neill"),
    ("宁波东方港务公司", "logistics", "East China", 1, 1, "潘晓东"),
    ("O'Hara \"Precision\" Tools, Inc", "machinery", "Europe", 1, 0, "Sean O'Hara"),
];

/// All customers, in the order of their numbers.
pub(super) fn customers() -> Vec<Customer> {
    CUSTOMERS
        .iter()
        .enumerate()
        .map(|(index, row)| {
            let (name, industry, region, orders_per_month, cases_per_month, contact) = *row;
            let id = customer_id(index);
            Customer { id, name, industry, region, orders_per_month, cases_per_month, contact }
        })
        .collect()
}

/// The number of the customer at this place of the list.
pub(super) fn customer_id(index: usize) -> String {
    format!("K{}", 1001 + index)
}

/// Something the company sells.
pub(super) struct Product {
    /// stock number
    pub(super) sku: &'static str,
    /// English name
    pub(super) name: &'static str,
    /// Chinese name
    pub(super) name_zh: &'static str,
    /// group
    pub(super) category: &'static str,
    /// price in the list, in cents
    pub(super) list_price: i64,
    /// what one piece costs, in hundredths of a cent
    pub(super) unit_cost: i64,
    /// weight
    pub(super) weight_kg: f64,
}

/// The product list.
pub(super) const PRODUCTS: [Product; 12] = [
    product("TH-100", "Thermometer", "温度计", "sensors", (48_000, 271_250), 0.4),
    product("TH-200", "Precision thermometer", "精密温度计", "sensors", (126_000, 748_800), 0.6),
    product("PR-110", "Pressure gauge", "压力表", "sensors", (35_500, 188_325), 0.9),
    product(
        "PR-300",
        "Pressure transmitter",
        "压力变送器",
        "transmitters",
        (298_000, 1_624_500),
        1.8,
    ),
    product("FL-210", "Flow meter DN50", "流量计", "transmitters", (465_000, 2_905_375), 7.5),
    product("LV-120", "Level probe", "液位探头", "transmitters", (218_000, 1_270_000), 2.2),
    product(
        "DL-016",
        "Data logger, 16 channels",
        "数据记录仪",
        "electronics",
        (689_000, 3_880_125),
        3.1,
    ),
    product(
        "DL-064",
        "Data logger, 64 channels",
        "多路数据记录仪",
        "electronics",
        (1_590_000, 8_650_000),
        6.4,
    ),
    product("CA-005", "Sensor cable 5 m", "传感器电缆", "accessories", (6_800, 29_975), 0.3),
    product("MT-001", "Mounting set", "安装套件", "accessories", (4_200, 17_550), 0.5),
    product("CL-001", "Calibration on site", "现场校准", "services", (150_000, 980_000), 0.0),
    product(
        "CL-012",
        "Calibration contract, 12 months",
        "年度校准合同",
        "services",
        (960_000, 5_200_000),
        0.0,
    ),
];

const fn product(
    sku: &'static str,
    name: &'static str,
    name_zh: &'static str,
    category: &'static str,
    (list_price, unit_cost): (i64, i64),
    weight_kg: f64,
) -> Product {
    Product { sku, name, name_zh, category, list_price, unit_cost, weight_kg }
}

/// One order.
pub(super) struct Order {
    /// document number
    pub(super) id: String,
    /// place of the customer in [`customers`]
    pub(super) customer: usize,
    /// date
    pub(super) ordered_on: NaiveDate,
    /// its lines
    pub(super) lines: Vec<Line>,
}

/// A line of an order.
pub(super) struct Line {
    /// what
    pub(super) product: &'static Product,
    /// how many
    pub(super) quantity: i64,
    /// price of a piece after discount, in cents
    pub(super) unit_price: i64,
}

impl Line {
    /// What the line brings, in cents.
    pub(super) fn net(&self) -> i64 {
        self.quantity * self.unit_price
    }

    /// What the goods cost, in cents, rounded half up.
    pub(super) fn cost(&self) -> i64 {
        (self.quantity * self.product.unit_cost + 50) / 100
    }
}

impl Order {
    /// What the order brings, in cents.
    pub(super) fn net(&self) -> i64 {
        self.lines.iter().map(Line::net).sum()
    }

    /// What its goods cost, in cents.
    pub(super) fn cost(&self) -> i64 {
        self.lines.iter().map(Line::cost).sum()
    }
}

/// The first days of the months that the demo covers.
pub(super) fn months() -> Vec<NaiveDate> {
    (1..=6).filter_map(|month| NaiveDate::from_ymd_opt(2026, month, 1)).collect()
}

/// The month of a date as files are named: `2026-03`.
pub(super) fn month_name(date: NaiveDate) -> String {
    format!("{}-{:02}", date.year(), date.month())
}

/// All orders by date.
pub(super) fn orders() -> Vec<Order> {
    let mut dice = Dice(20_260_101);
    let mut orders = Vec::new();
    for month in months() {
        for (index, customer) in customers().iter().enumerate() {
            // One order less in some months; who orders once a month then leaves a month out.
            for _ in 0..customer.orders_per_month - dice.below(2) {
                let ordered_on = month + Days::new(dice.below(27));
                let lines = lines(&mut dice, customer.orders_per_month);
                orders.push(Order { id: String::new(), customer: index, ordered_on, lines });
            }
        }
    }
    orders.sort_by_key(|order| order.ordered_on);
    for (index, order) in orders.iter_mut().enumerate() {
        order.id = format!("SO-{}", 26_001 + index);
    }
    orders
}

/// One to four lines; who orders often orders more of each and has the better discount.
fn lines(dice: &mut Dice, orders_per_month: u64) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for _ in 0..=dice.below(4) {
        let Some(product) = PRODUCTS.get(dice.index(PRODUCTS.len())) else { continue };
        if lines.iter().any(|line| line.product.sku == product.sku) {
            continue;
        }
        let discount_percent = i64::try_from(orders_per_month * 2 + dice.below(4)).unwrap_or(0);
        let quantity = 1 + i64::try_from(dice.below(2 + orders_per_month)).unwrap_or(0);
        let unit_price = (product.list_price * (100 - discount_percent) + 50) / 100;
        lines.push(Line { product, quantity, unit_price });
    }
    lines
}

/// Cents as a decimal with two places: `-1234` is `-12.34`.
pub(super) fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// Numbers that look thrown but are the same on every run (splitmix64).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// A number from 0 up to, without, `bound`.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    /// A place in a list of `length`.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }
}
