//! Which accounts does the ledger have, and where does the profit statement show each?

use super::super::company::account;
use super::super::run::Run;
use super::super::tables;

/// Number, names, the class it belongs to, kind, line of the statement, usual side, subledger.
type AccountRow =
    (u16, &'static str, &'static str, u16, &'static str, &'static str, i64, &'static str);

const ASSETS: u16 = 1000;
const LIABILITIES: u16 = 2000;
const EQUITY: u16 = 4000;
const INCOME: u16 = 6000;
const COST_OF_SALES: u16 = 6400;
const EXPENSES: u16 = 6600;

const CLASSES: [AccountRow; 6] = [
    (ASSETS, "Assets", "资产", 0, "asset", "none", 1, ""),
    (LIABILITIES, "Liabilities", "负债", 0, "liability", "none", -1, ""),
    (EQUITY, "Equity", "所有者权益", 0, "equity", "none", -1, ""),
    (INCOME, "Income", "收入", 0, "income", "none", -1, ""),
    (COST_OF_SALES, "Cost of sales", "营业成本", 0, "expense", "none", 1, ""),
    (EXPENSES, "Expenses", "期间费用", 0, "expense", "none", 1, ""),
];

macro_rules! accounts {
    ($($class:ident, $kind:literal: $(($number:ident, $name:literal, $zh:literal, $line:literal,
        $sign:literal, $subledger:literal),)+)+) => {
        const ACCOUNTS: &[AccountRow] = &[$($((account::$number, $name, $zh, $class, $kind, $line,
            $sign, $subledger)),+),+];
    };
}

accounts! {
    ASSETS, "asset":
    (BANK, "Bank", "银行存款", "none", 1, ""),
    (RECEIVABLES, "Trade receivables", "应收账款", "none", 1, "receivables"),
    (STOCK, "Goods in stock", "库存商品", "none", 1, "stock"),
    (DEPRECIATED, "Accumulated depreciation", "累计折旧", "none", -1, "assets"),
    LIABILITIES, "liability":
    (PAYABLES, "Trade payables", "应付账款", "none", -1, ""),
    (PREPAYMENTS, "Received in advance", "预收账款", "none", -1, ""),
    (WAGES, "Wages owed", "应付职工薪酬", "none", -1, "payroll"),
    (TAX, "Tax on sales", "应交税费", "none", -1, ""),
    (ACCRUALS, "Accrued costs", "预提费用", "none", -1, ""),
    (DEFERRED, "Deferred revenue", "递延收益", "none", -1, ""),
    INCOME, "income":
    (REVENUE, "Revenue from goods", "商品销售收入", "gross_revenue", -1, ""),
    (SERVICE_REVENUE, "Revenue from service", "服务收入", "gross_revenue", -1, ""),
    (CONTRACT_REVENUE, "Revenue from contracts", "服务合同收入", "gross_revenue", -1, ""),
    (PARTS_REVENUE, "Revenue from spare parts", "备件收入", "gross_revenue", -1, ""),
    (FREIGHT_REVENUE, "Freight charged", "运费收入", "gross_revenue", -1, ""),
    (RETURNS, "Sales returns", "销售退回", "returns", 1, ""),
    (DISCOUNTS, "Discounts", "销售折扣", "discounts", 1, ""),
    (REBATES, "Rebates", "销售返利", "rebates", 1, ""),
    (OTHER_INCOME, "Other operating income", "其他业务收入", "other", -1, ""),
    (GROUP_REVENUE, "Sales within the group", "集团内部销售收入", "none", -1, ""),
    (OUTSIDE_INCOME, "Income outside operations", "营业外收入", "other", -1, ""),
    COST_OF_SALES, "expense":
    (GOODS_COST, "Cost of goods sold", "主营业务成本", "cost_of_goods", 1, ""),
    (PARTS_COST, "Cost of spare parts", "备件成本", "cost_of_goods", 1, ""),
    (STOCK_LOSS, "Stock written down", "存货跌价损失", "cost_of_goods", 1, ""),
    (GROUP_COST, "Cost of sales within the group", "集团内部销售成本", "none", 1, ""),
    EXPENSES, "expense":
    (SALES_WAGES, "Wages of sales", "销售人员薪酬", "selling", 1, ""),
    (CAMPAIGNS, "Campaigns", "市场推广费", "marketing", 1, ""),
    (FREIGHT, "Freight out", "销售运费", "delivery", 1, ""),
    (WAREHOUSING, "Warehousing", "仓储费", "holding", 1, ""),
    (SERVICE_WAGES, "Wages of service", "服务人员薪酬", "service", 1, ""),
    (SERVICE_TRAVEL, "Travel of service", "服务差旅费", "service", 1, ""),
    (ORDER_DESK, "Order desk", "订单处理费用", "selling", 1, ""),
    (BILLING, "Billing and collection", "开票与收款费用", "selling", 1, ""),
    (MARKETING_WAGES, "Wages of marketing", "市场人员薪酬", "marketing", 1, ""),
    (ADMINISTRATION, "Administration", "管理费用", "overhead", 1, ""),
    (COMPUTERS, "Computers and software", "信息系统费用", "overhead", 1, ""),
    (RENT, "Rent", "租金", "overhead", 1, ""),
    (DEPRECIATION, "Depreciation", "折旧费", "overhead", 1, ""),
    (BAD_DEBTS, "Receivables written off", "坏账损失", "other", 1, ""),
    (EXCHANGE, "Exchange gains and losses", "汇兑损益", "other", 1, ""),
}

pub(super) fn write(run: &mut Run) {
    let on = run.world.start.first();
    for row in CLASSES.iter().chain(ACCOUNTS) {
        let (number, name, name_zh, parent, kind, line, sign, subledger) = *row;
        let parent = if parent == 0 { String::new() } else { parent.to_string() };
        run.feeds.row(&tables::ACCOUNTS, on, |row| {
            row.text(&number.to_string())
                .text(name)
                .text(name_zh)
                .text(&parent)
                .text(kind)
                .text(line)
                .int(sign)
                .text(subledger);
        });
    }
}
