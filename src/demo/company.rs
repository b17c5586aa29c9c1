//! Which legal entities, business units, warehouses and accounts does the sample company have?
//!
//! It sells measuring instruments and their service, from Shanghai to eight entities' customers.

/// A currency of the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Currency {
    /// renminbi, the group's reporting currency
    Cny,
    /// euro
    Eur,
    /// US dollar
    Usd,
}

impl Currency {
    /// Its ISO 4217 code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Cny => "CNY",
            Self::Eur => "EUR",
            Self::Usd => "USD",
        }
    }
}

/// A legal entity.
pub(super) struct Entity {
    /// its id in the ledger
    pub(super) id: &'static str,
    /// its name
    pub(super) name: &'static str,
    /// its Chinese name
    pub(super) name_zh: &'static str,
    /// the currency of its books
    pub(super) currency: Currency,
    /// where it is registered
    pub(super) country: &'static str,
    /// where it sits
    pub(super) city: &'static str,
    /// what it adds to a domestic price as tax, in percent
    pub(super) tax_percent: i64,
    /// the warehouse it usually ships from, a place in [`WAREHOUSES`]
    pub(super) warehouse: usize,
}

macro_rules! entities {
    ($(($id:literal, $name:literal, $zh:literal, $currency:ident, $country:literal, $city:literal,
        $tax:literal, $warehouse:literal)),+ $(,)?) => {
        &[$(Entity { id: $id, name: $name, name_zh: $zh, currency: Currency::$currency,
            country: $country, city: $city, tax_percent: $tax, warehouse: $warehouse }),+]
    };
}

/// The legal entities.
pub(super) const ENTITIES: &[Entity] = entities![
    (
        "LT01",
        "Lanting Instruments (Shanghai) Co., Ltd.",
        "兰亭仪器（上海）有限公司",
        Cny,
        "CN",
        "Shanghai",
        13,
        0
    ),
    (
        "LT02",
        "Lanting Instruments (Beijing) Co., Ltd.",
        "兰亭仪器（北京）有限公司",
        Cny,
        "CN",
        "Beijing",
        13,
        2
    ),
    (
        "LT03",
        "Lanting Instruments (South China) Co., Ltd.",
        "兰亭仪器（华南）有限公司",
        Cny,
        "CN",
        "Guangzhou",
        13,
        3
    ),
    (
        "LT04",
        "Lanting Instruments (Chengdu) Co., Ltd.",
        "兰亭仪器（成都）有限公司",
        Cny,
        "CN",
        "Chengdu",
        13,
        4
    ),
    (
        "LT05",
        "Lanting Service and Calibration Co., Ltd.",
        "兰亭计量服务有限公司",
        Cny,
        "CN",
        "Shanghai",
        6,
        5
    ),
    ("LT06", "Lanting Asia Pacific Ltd.", "兰亭亚太有限公司", Usd, "HK", "Hong Kong", 0, 6),
    ("LT07", "Lanting Europe GmbH", "兰亭欧洲有限责任公司", Eur, "DE", "Hamburg", 19, 7),
    ("LT08", "Lanting America Inc.", "兰亭美国公司", Usd, "US", "Chicago", 0, 8),
];

/// The entity that bills the service of Chinese customers, a place in [`ENTITIES`].
pub(super) const SERVICE_ENTITY: usize = 4;

/// A business unit.
pub(super) struct Unit {
    /// its id
    pub(super) id: &'static str,
    /// its name
    pub(super) name: &'static str,
    /// its Chinese name
    pub(super) name_zh: &'static str,
    /// the legal entity whose books it uses, a place in [`ENTITIES`]
    pub(super) entity: usize,
    /// its share of the customers, in percent
    pub(super) share: u64,
}

macro_rules! units {
    ($(($id:literal, $name:literal, $zh:literal, $entity:literal, $share:literal)),+ $(,)?) => {
        &[$(Unit { id: $id, name: $name, name_zh: $zh, entity: $entity, share: $share }),+]
    };
}

/// The business units.
pub(super) const UNITS: &[Unit] = units![
    ("U01", "Process East", "华东过程仪表", 0, 18),
    ("U02", "Process North", "华北过程仪表", 1, 12),
    ("U03", "Process South", "华南过程仪表", 2, 14),
    ("U04", "Process West", "西部过程仪表", 3, 9),
    ("U05", "Machine Builders", "设备制造商", 0, 9),
    ("U06", "Laboratory and Research", "实验室与科研", 0, 10),
    ("U07", "Service and Calibration", "服务与校准", 4, 3),
    ("U08", "Asia Pacific", "亚太", 5, 7),
    ("U09", "Europe", "欧洲", 6, 12),
    ("U10", "Americas", "美洲", 7, 6),
];

/// A warehouse.
pub(super) struct Warehouse {
    /// its code
    pub(super) code: &'static str,
    /// its name
    pub(super) name: &'static str,
    /// the entity that owns its stock, a place in [`ENTITIES`]
    pub(super) entity: usize,
    /// where it is
    pub(super) city: &'static str,
    /// how many pallets it holds
    pub(super) pallets: i64,
    /// what its goods cost beside the group's standard, in thousandths
    pub(super) cost_per_mille: i64,
}

macro_rules! warehouses {
    ($(($code:literal, $name:literal, $entity:literal, $city:literal, $pallets:literal,
        $cost:literal)),+ $(,)?) => {
        &[$(Warehouse { code: $code, name: $name, entity: $entity, city: $city,
            pallets: $pallets, cost_per_mille: $cost }),+]
    };
}

/// The warehouses; Shanghai has a second one, whose goods are valued otherwise.
pub(super) const WAREHOUSES: &[Warehouse] = warehouses![
    ("SH1", "Shanghai Waigaoqiao", 0, "Shanghai", 4200, 1000),
    ("SH2", "Shanghai Songjiang", 0, "Shanghai", 1800, 1035),
    ("BJ1", "Beijing Shunyi", 1, "Beijing", 1500, 1012),
    ("GZ1", "Guangzhou Nansha", 2, "Guangzhou", 1900, 1008),
    ("CD1", "Chengdu Shuangliu", 3, "Chengdu", 900, 1020),
    ("SV1", "Shanghai spare parts", 4, "Shanghai", 300, 1000),
    ("HK1", "Hong Kong Kwai Chung", 5, "Hong Kong", 600, 1045),
    ("HH1", "Hamburg Altenwerder", 6, "Hamburg", 1100, 1070),
    ("CH1", "Chicago Elk Grove", 7, "Chicago", 700, 1065),
];

/// The second warehouse of Shanghai, a place in [`WAREHOUSES`].
pub(super) const SECOND_WAREHOUSE: usize = 1;

/// Numbers of ledger accounts.
pub(super) mod account {
    /// bank
    pub(in super::super) const BANK: u16 = 1002;
    /// receivables from customers
    pub(in super::super) const RECEIVABLES: u16 = 1122;
    /// goods in stock
    pub(in super::super) const STOCK: u16 = 1405;
    /// accumulated depreciation
    pub(in super::super) const DEPRECIATED: u16 = 1602;
    /// payables to suppliers
    pub(in super::super) const PAYABLES: u16 = 2202;
    /// received ahead of invoices
    pub(in super::super) const PREPAYMENTS: u16 = 2203;
    /// wages owed
    pub(in super::super) const WAGES: u16 = 2211;
    /// tax on sales owed
    pub(in super::super) const TAX: u16 = 2221;
    /// accrued costs
    pub(in super::super) const ACCRUALS: u16 = 2241;
    /// deferred contract revenue
    pub(in super::super) const DEFERRED: u16 = 2401;
    /// revenue from goods, at list prices
    pub(in super::super) const REVENUE: u16 = 6001;
    /// revenue from service work
    pub(in super::super) const SERVICE_REVENUE: u16 = 6002;
    /// revenue from service contracts
    pub(in super::super) const CONTRACT_REVENUE: u16 = 6003;
    /// revenue from spare parts
    pub(in super::super) const PARTS_REVENUE: u16 = 6004;
    /// freight charged to customers
    pub(in super::super) const FREIGHT_REVENUE: u16 = 6005;
    /// goods that customers sent back
    pub(in super::super) const RETURNS: u16 = 6010;
    /// discounts from list prices
    pub(in super::super) const DISCOUNTS: u16 = 6011;
    /// rebates at a quarter's end
    pub(in super::super) const REBATES: u16 = 6012;
    /// other operating income: rents, sales of old equipment
    pub(in super::super) const OTHER_INCOME: u16 = 6051;
    /// sales to companies of the group
    pub(in super::super) const GROUP_REVENUE: u16 = 6091;
    /// income outside operations
    pub(in super::super) const OUTSIDE_INCOME: u16 = 6301;
    /// cost of goods sold
    pub(in super::super) const GOODS_COST: u16 = 6401;
    /// cost of spare parts used
    pub(in super::super) const PARTS_COST: u16 = 6402;
    /// stock written down, lost, valued anew
    pub(in super::super) const STOCK_LOSS: u16 = 6404;
    /// cost of goods sold to companies of the group
    pub(in super::super) const GROUP_COST: u16 = 6491;
    /// wages of sales
    pub(in super::super) const SALES_WAGES: u16 = 6601;
    /// campaigns
    pub(in super::super) const CAMPAIGNS: u16 = 6602;
    /// freight out
    pub(in super::super) const FREIGHT: u16 = 6603;
    /// warehouses
    pub(in super::super) const WAREHOUSING: u16 = 6604;
    /// wages of service
    pub(in super::super) const SERVICE_WAGES: u16 = 6605;
    /// travel of service
    pub(in super::super) const SERVICE_TRAVEL: u16 = 6606;
    /// wages of the order desk
    pub(in super::super) const ORDER_DESK: u16 = 6608;
    /// wages of billing and collection
    pub(in super::super) const BILLING: u16 = 6609;
    /// wages of marketing
    pub(in super::super) const MARKETING_WAGES: u16 = 6610;
    /// administration
    pub(in super::super) const ADMINISTRATION: u16 = 6701;
    /// computers and software
    pub(in super::super) const COMPUTERS: u16 = 6702;
    /// rent
    pub(in super::super) const RENT: u16 = 6703;
    /// depreciation
    pub(in super::super) const DEPRECIATION: u16 = 6704;
    /// receivables written off
    pub(in super::super) const BAD_DEBTS: u16 = 6711;
    /// gains and losses from exchange rates
    pub(in super::super) const EXCHANGE: u16 = 6801;
}
