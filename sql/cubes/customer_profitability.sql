/*---
description = """The profit statement of customers by period, entity and product category, in \
the reporting currency; revenue is positive, cost negative. Companies of the group are out of \
its scope. What nobody carries stands under unassigned and unused_capacity, so that totals are \
those of the ledger; imputed cost has a contra row."""
label = { en = "Profit of customers", "zh-CN" = "客户盈利" }
grain = ["period_id", "entity_id", "customer_id", "product_category"]
month = "ends_on"
time = "ends_on"
views = ["company"]

[inputs]
"marts.fct_customer_profit" = "same_month"
"marts.dim_customers" = { key = "customer_id", in = "marts.fct_customer_profit" }
"marts.dim_periods" = { key = "period_id", in = "marts.fct_customer_profit" }

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.ends_on]
description = "Last day of the period in which the amounts are booked."
shared = "date"
fiscal = { period = "period_id", quarter = "fiscal_quarter", year = "fiscal_year" }

[dimensions.period_id]
shared = "period_id"

[dimensions.fiscal_quarter]
shared = "fiscal_quarter"

[dimensions.fiscal_year]
shared = "fiscal_year"

[dimensions.is_adjusting]
label = { en = "Adjusting period", "zh-CN" = "调整期间" }
description = "Whether the period takes corrections only."

[dimensions.entity_id]
shared = "entity_id"

[dimensions.business_unit_id]
shared = "business_unit_id"

[dimensions.bucket]
label = { en = "Carrier", "zh-CN" = "承担方" }
description = """Who carries the amounts: customer, unassigned, unused_capacity, or contra for \
the other side of imputed cost."""

[dimensions.customer_id]
shared = "customer_id"

[dimensions.customer_name]
shared = "customer_name"

[dimensions.customer_group_id]
shared = "customer_group_id"

[dimensions.customer_type]
shared = "customer_type"

[dimensions.customer_type_now]
shared = "customer_type_now"

[dimensions.industry]
shared = "industry"

[dimensions.industry_now]
shared = "industry_now"

[dimensions.region]
shared = "region"

[dimensions.region_now]
shared = "region_now"

[dimensions.country]
shared = "country"

[dimensions.country_now]
shared = "country_now"

[dimensions.city]
shared = "city"

[dimensions.city_now]
shared = "city_now"

[dimensions.company_size]
shared = "company_size"

[dimensions.company_size_now]
shared = "company_size_now"

[dimensions.account_owner_id]
shared = "account_owner_id"

[dimensions.account_owner_id_now]
shared = "account_owner_id_now"

[dimensions.business_unit_id_now]
shared = "business_unit_id_now"

[dimensions.product_category]
shared = "product_category"

[hierarchies.geography]
label = { en = "Geography", "zh-CN" = "地理" }
levels = ["region", "country", "city", "customer_id"]

[hierarchies.organisation]
label = { en = "Organisation", "zh-CN" = "组织" }
levels = ["entity_id", "business_unit_id", "account_owner_id", "customer_id"]

[hierarchies.customers]
label = { en = "Groups of companies", "zh-CN" = "集团与客户" }
levels = ["customer_group_id", "customer_id"]

[hierarchies.segments]
label = { en = "Types and industries", "zh-CN" = "类型与行业" }
levels = ["customer_type", "industry", "customer_id"]

[hierarchies.categories]
label = { en = "Categories and customers", "zh-CN" = "类别与客户" }
levels = ["product_category", "customer_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[segments.of_customers]
label = { en = "Of customers", "zh-CN" = "仅客户" }
description = "Rows that a customer carries: nothing unassigned, no unused capacity, no contra."
column = "is_of_customer"

[measures.gross_revenue_amount]
label = { en = "Gross revenue", "zh-CN" = "总收入" }
description = "Sales at list prices, and work, contracts, parts and freight billed."
unit = "reporting_currency"
additivity = "additive"
column = "gross_revenue_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.discount_amount]
label = { en = "Discounts", "zh-CN" = "折扣" }
description = "Discounts and rebates, negative."
unit = "reporting_currency"
additivity = "additive"
column = "discount_amount"

[measures.return_amount]
label = { en = "Returns", "zh-CN" = "退货" }
description = "What was paid back for goods sent back, negative."
unit = "reporting_currency"
additivity = "additive"
column = "return_amount"

[measures.net_revenue_amount]
label = { en = "Net revenue", "zh-CN" = "净收入" }
description = "Gross revenue less discounts and returns."
unit = "reporting_currency"
additivity = "additive"
column = "net_revenue_amount"
over_time = [
    "previous_period", "year_before", "month_to_date", "quarter_to_date", "year_to_date",
    "fiscal_quarter_to_date", "fiscal_year_to_date", "rolling_28_days", "rolling_3_months",
    "rolling_12_months", "rolling_12_periods",
]
share_of_total = true

[measures.goods_cost_amount]
label = { en = "Cost of goods", "zh-CN" = "商品成本" }
description = "Cost of goods sold and parts used, negative."
unit = "reporting_currency"
additivity = "additive"
column = "goods_cost_amount"

[measures.gross_margin_amount]
label = { en = "Gross margin", "zh-CN" = "毛利" }
description = "Net revenue less cost of goods."
unit = "reporting_currency"
additivity = "additive"
column = "gross_margin_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]
share_of_total = true

[measures.selling_amount]
label = { en = "Selling", "zh-CN" = "销售费用" }
description = "Cost of selling, ordering and billing, negative."
unit = "reporting_currency"
additivity = "additive"
column = "selling_amount"

[measures.marketing_amount]
label = { en = "Marketing", "zh-CN" = "市场费用" }
description = "Cost of marketing, negative."
unit = "reporting_currency"
additivity = "additive"
column = "marketing_amount"

[measures.service_amount]
label = { en = "Service", "zh-CN" = "服务费用" }
description = "Cost of service, negative."
unit = "reporting_currency"
additivity = "additive"
column = "service_amount"

[measures.delivery_amount]
label = { en = "Delivery", "zh-CN" = "配送费用" }
description = "Cost of delivery, negative."
unit = "reporting_currency"
additivity = "additive"
column = "delivery_amount"

[measures.stock_holding_amount]
label = { en = "Stock holding", "zh-CN" = "仓储费用" }
description = "Cost of keeping goods in stock, negative."
unit = "reporting_currency"
additivity = "additive"
column = "stock_holding_amount"

[measures.contribution_amount]
label = { en = "Contribution", "zh-CN" = "边际贡献" }
description = "Gross margin less the cost of serving customers."
unit = "reporting_currency"
additivity = "additive"
column = "contribution_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]
share_of_total = true

[measures.overhead_amount]
label = { en = "Overhead", "zh-CN" = "管理费用" }
description = "General cost that rules spread, negative."
unit = "reporting_currency"
additivity = "additive"
column = "overhead_amount"

[measures.unmapped_amount]
label = { en = "Not mapped", "zh-CN" = "未映射" }
description = "Amounts of accounts that no line of the statement is mapped to."
unit = "reporting_currency"
additivity = "additive"
column = "unmapped_amount"

[measures.profit_amount]
label = { en = "Profit", "zh-CN" = "利润" }
description = "Contribution less overhead, and what is not mapped: profit as the ledger has it."
unit = "reporting_currency"
additivity = "additive"
column = "profit_amount"
over_time = [
    "previous_period", "year_before", "month_to_date", "quarter_to_date", "year_to_date",
    "fiscal_quarter_to_date", "fiscal_year_to_date", "rolling_28_days", "rolling_3_months",
    "rolling_12_months", "rolling_12_periods",
]
share_of_total = true

[measures.imputed_cost_amount]
label = { en = "Imputed cost", "zh-CN" = "资本成本" }
description = "Interest on receivables and stock, which no ledger holds, negative."
unit = "reporting_currency"
additivity = "additive"
column = "imputed_cost_amount"

[measures.economic_profit_amount]
label = { en = "Economic profit", "zh-CN" = "经济利润" }
description = "Profit less imputed cost."
unit = "reporting_currency"
additivity = "additive"
column = "economic_profit_amount"

[measures.gross_margin_ratio]
label = { en = "Gross margin ratio", "zh-CN" = "毛利率" }
description = "Gross margin over net revenue."
unit = "ratio"
additivity = "ratio"
numerator = "gross_margin_amount"
denominator = "net_revenue_amount"
over_time = ["previous_period", "year_before", "fiscal_year_to_date"]

[measures.contribution_ratio]
label = { en = "Contribution ratio", "zh-CN" = "贡献率" }
description = "Contribution over net revenue."
unit = "ratio"
additivity = "ratio"
numerator = "contribution_amount"
denominator = "net_revenue_amount"

[measures.profit_ratio]
label = { en = "Profit ratio", "zh-CN" = "利润率" }
description = "Profit over net revenue."
unit = "ratio"
additivity = "ratio"
numerator = "profit_amount"
denominator = "net_revenue_amount"
over_time = ["previous_period", "year_before"]

[measures.serving_cost_ratio]
label = { en = "Cost of serving ratio", "zh-CN" = "服务成本率" }
description = """Cost of selling, marketing, service, delivery and stock holding over net \
revenue, negative."""
unit = "ratio"
additivity = "ratio"
numerator = "serving_amount"
denominator = "net_revenue_amount"

[measures.serving_amount]
label = { en = "Cost of serving", "zh-CN" = "服务客户成本" }
description = "Selling, marketing, service, delivery and stock holding together, negative."
unit = "reporting_currency"
additivity = "additive"
column = "serving_amount"

[measures.profit_customer_count]
label = { en = "Customers with amounts", "zh-CN" = "有金额的客户数" }
description = "How many customers carry amounts."
additivity = "distinct"
column = "known_customer_id"
over_time = ["previous_period", "year_before", "rolling_3_months"]

[rollups.months]
dimensions = [
    "entity_id", "business_unit_id", "bucket", "customer_type", "region", "product_category",
    "period_id", "fiscal_quarter", "fiscal_year",
]
granularity = "month"
measures = [
    "gross_revenue_amount", "discount_amount", "return_amount", "net_revenue_amount",
    "goods_cost_amount", "gross_margin_amount", "serving_amount", "contribution_amount",
    "overhead_amount", "unmapped_amount", "profit_amount", "imputed_cost_amount",
    "economic_profit_amount", "gross_margin_ratio", "contribution_ratio", "profit_ratio",
    "serving_cost_ratio",
]

[rollups.customers]
dimensions = [
    "customer_id", "customer_name", "entity_id", "business_unit_id", "account_owner_id", "bucket",
    "period_id", "fiscal_quarter", "fiscal_year",
]
granularity = "month"
measures = [
    "net_revenue_amount", "gross_margin_amount", "contribution_amount", "profit_amount",
    "economic_profit_amount", "gross_margin_ratio", "profit_ratio",
]
---*/

select
    profit.period_id,
    periods.fiscal_quarter,
    profit.entity_id,
    profit.business_unit_id,
    profit.bucket,
    profit.customer_id,
    case when profit.bucket = 'customer' then profit.customer_id end as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, profit.customer_id) as customer_group_id,
    customers.customer_type,
    customers.customer_type_now,
    customers.industry,
    customers.industry_now,
    customers.region,
    customers.region_now,
    customers.country,
    customers.country_now,
    customers.city,
    customers.city_now,
    customers.company_size,
    customers.company_size_now,
    customers.owner_id as account_owner_id,
    customers.owner_id_now as account_owner_id_now,
    customers.business_unit_id_now,
    profit.product_category,
    periods.fiscal_year,
    profit.gross_revenue_amount,
    profit.discount_amount,
    profit.return_amount,
    profit.net_revenue_amount,
    profit.goods_cost_amount,
    profit.gross_margin_amount,
    profit.selling_amount,
    profit.marketing_amount,
    profit.service_amount,
    profit.delivery_amount,
    profit.stock_holding_amount,
    cast(profit.contribution_amount - profit.gross_margin_amount as decimal(18, 4))
        as serving_amount,
    profit.contribution_amount,
    profit.overhead_amount,
    profit.unmapped_amount,
    profit.profit_amount,
    profit.imputed_cost_amount,
    profit.economic_profit_amount,
    periods.is_adjusting,
    profit.bucket = 'customer' as is_of_customer,
    profit.ends_on
from marts.fct_customer_profit as profit
left join marts.dim_customers as customers
    on customers.customer_id = profit.customer_id
    and customers.version_number = profit.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = profit.period_id
