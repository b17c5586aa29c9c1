/*---
description = """Revenue, cost of goods and margin by lines of invoices, credit notes and \
rebates, in the reporting currency and without tax; what takes revenue back is negative."""
label = { en = "Sales", "zh-CN" = "销售" }
grain = ["invoice_id", "invoice_line_number"]
time = "invoiced_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.invoiced_on]
description = "Day of the invoice."
shared = "date"
fiscal = { period = "period_id", quarter = "fiscal_quarter", year = "fiscal_year" }

[dimensions.period_id]
shared = "period_id"

[dimensions.fiscal_quarter]
shared = "fiscal_quarter"

[dimensions.fiscal_year]
shared = "fiscal_year"

[dimensions.entity_id]
shared = "entity_id"

[dimensions.business_unit_id]
shared = "business_unit_id"

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

[dimensions.product_id]
shared = "product_id"

[dimensions.product_name]
shared = "product_name"

[dimensions.product_category]
shared = "product_category"

[dimensions.product_subcategory]
shared = "product_subcategory"

[dimensions.invoice_id]
label = { en = "Invoice", "zh-CN" = "发票" }
description = "Number of the invoice, credit note or rebate."

[dimensions.invoice_line_number]
label = { en = "Line of the invoice", "zh-CN" = "发票行号" }
description = "Line of the document, from 1."

[dimensions.order_id]
label = { en = "Order", "zh-CN" = "订单" }
description = "Number of the order that the line invoices."

[dimensions.invoice_kind]
label = { en = "Kind of document", "zh-CN" = "单据类型" }
description = "Invoice, credit_note, rebate and so on."

[dimensions.line_kind]
label = { en = "Kind of line", "zh-CN" = "行类型" }
description = "Goods, parts, service, freight, rebate and so on."

[dimensions.cost_status]
label = { en = "State of the cost", "zh-CN" = "成本状态" }
description = "costed; not_delivered or not_costed where the cost of goods is not known; no_goods."

[dimensions.currency_code]
label = { en = "Currency of the document", "zh-CN" = "单据币种" }
description = "ISO 4217 code of the currency in which the document is written."

[dimensions.is_intercompany]
label = { en = "Within the group", "zh-CN" = "集团内部" }
description = "Whether the debtor is a company of the group."

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

[hierarchies.products]
label = { en = "Product categories", "zh-CN" = "产品类别" }
levels = ["product_category", "product_subcategory", "product_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[segments.outside_group]
label = { en = "Outside the group", "zh-CN" = "集团外" }
description = "Sales to others than companies of the group."
column = "is_outside_group"

[segments.goods]
label = { en = "Goods and parts", "zh-CN" = "商品与备件" }
description = "Lines that bill goods or spare parts."
column = "is_goods"

[segments.credits]
label = { en = "Credit notes and rebates", "zh-CN" = "贷项与返利" }
description = "Documents that take revenue back."
column = "is_credit"

[measures.net_amount]
label = { en = "Net sales", "zh-CN" = "净销售额" }
description = "Revenue without tax, less what is taken back."
unit = "reporting_currency"
additivity = "additive"
column = "net_amount"
over_time = [
    "previous_period", "year_before", "month_to_date", "quarter_to_date", "year_to_date",
    "fiscal_quarter_to_date", "fiscal_year_to_date", "rolling_28_days", "rolling_3_months",
    "rolling_12_months", "rolling_12_periods",
]
share_of_total = true

[measures.list_amount]
label = { en = "Sales at list price", "zh-CN" = "标价销售额" }
description = "What the lines come to before discount."
unit = "reporting_currency"
additivity = "additive"
column = "list_amount"

[measures.list_discount_amount]
label = { en = "Discount", "zh-CN" = "折让" }
description = "List amount less net amount."
unit = "reporting_currency"
additivity = "additive"
column = "discount_amount"

[measures.list_discount_ratio]
label = { en = "Discount ratio", "zh-CN" = "折让率" }
description = "Discount over the list amount."
unit = "ratio"
additivity = "ratio"
numerator = "list_discount_amount"
denominator = "list_amount"

[measures.cost_amount]
label = { en = "Cost of goods sold", "zh-CN" = "销货成本" }
description = "Cost of the goods billed, negative; nothing where it is not known."
unit = "reporting_currency"
additivity = "additive"
column = "cost_amount"

[measures.margin_amount]
label = { en = "Margin", "zh-CN" = "销售毛利" }
description = "Net sales and cost in sum, of lines whose cost is known."
unit = "reporting_currency"
additivity = "additive"
column = "margin_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]
share_of_total = true

[measures.costed_net_amount]
label = { en = "Net sales with known cost", "zh-CN" = "成本已知净销售额" }
description = "Net sales of the lines whose cost is known."
unit = "reporting_currency"
additivity = "additive"
column = "costed_net_amount"

[measures.margin_ratio]
label = { en = "Margin ratio", "zh-CN" = "销售毛利率" }
description = "Margin over net sales, of lines whose cost is known."
unit = "ratio"
additivity = "ratio"
numerator = "margin_amount"
denominator = "costed_net_amount"
over_time = ["previous_period", "year_before"]

[measures.sold_quantity]
label = { en = "Quantity", "zh-CN" = "数量" }
description = "Pieces of goods and parts billed; negative for what comes back."
unit = "pieces"
additivity = "additive"
column = "sold_quantity"
over_time = ["previous_period", "year_before"]

[measures.piece_price_amount]
label = { en = "Price of a piece", "zh-CN" = "单价" }
description = "Net sales of goods and parts over their pieces."
unit = "reporting_currency"
additivity = "ratio"
numerator = "goods_net_amount"
denominator = "sold_quantity"

[measures.goods_net_amount]
label = { en = "Net sales of goods", "zh-CN" = "商品净销售额" }
description = "Net sales of goods and parts."
unit = "reporting_currency"
additivity = "additive"
column = "goods_net_amount"

[measures.sales_line_count]
label = { en = "Lines", "zh-CN" = "行数" }
description = "How many lines of documents there are."
additivity = "additive"
aggregate = "count"

[measures.unpriced_sales_count]
label = { en = "Lines without a rate", "zh-CN" = "缺汇率行数" }
description = "Lines without an amount in the reporting currency: in no sum."
additivity = "additive"
column = "unpriced_count"

[measures.largest_line_amount]
label = { en = "Largest line", "zh-CN" = "最大行金额" }
description = "Net amount of the largest line."
unit = "reporting_currency"
additivity = "additive"
aggregate = "max"
column = "net_amount"

[measures.smallest_line_amount]
label = { en = "Smallest line", "zh-CN" = "最小行金额" }
description = "Net amount of the smallest line; credits are negative."
unit = "reporting_currency"
additivity = "additive"
aggregate = "min"
column = "net_amount"

[measures.median_line_amount]
label = { en = "Median line", "zh-CN" = "行金额中位数" }
description = "Net amount of the middle line."
unit = "reporting_currency"
additivity = "none"
column = "net_amount"
aggregate = "median"

[measures.invoice_count]
label = { en = "Documents", "zh-CN" = "单据数" }
description = "How many different documents there are."
additivity = "distinct"
column = "invoice_id"
over_time = ["previous_period", "year_before"]

[measures.invoice_value_amount]
label = { en = "Value of a document", "zh-CN" = "单据均值" }
description = "Net sales over the number of documents."
unit = "reporting_currency"
additivity = "ratio"
numerator = "net_amount"
denominator = "invoice_count"

[measures.buying_customer_count]
label = { en = "Customers who were invoiced", "zh-CN" = "开票客户数" }
description = "How many different customers were invoiced."
additivity = "distinct"
column = "known_customer_id"
over_time = [
    "previous_period", "year_before", "year_to_date", "rolling_3_months", "fiscal_year_to_date",
]
share_of_total = true

[measures.sold_product_count]
label = { en = "Products sold", "zh-CN" = "售出产品数" }
description = "How many different products were billed."
additivity = "distinct"
column = "product_id"

[rollups.categories]
dimensions = [
    "entity_id", "business_unit_id", "customer_type", "region", "product_category",
    "product_subcategory", "is_intercompany", "period_id", "fiscal_quarter", "fiscal_year",
]
granularity = "month"
measures = [
    "net_amount", "list_amount", "list_discount_amount", "list_discount_ratio", "cost_amount",
    "margin_amount", "costed_net_amount", "margin_ratio", "sold_quantity", "sales_line_count",
    "unpriced_sales_count",
]

[rollups.customers]
dimensions = [
    "customer_id", "customer_name", "entity_id", "business_unit_id", "account_owner_id",
    "is_intercompany",
]
granularity = "month"
measures = [
    "net_amount", "cost_amount", "margin_amount", "costed_net_amount", "margin_ratio",
    "sales_line_count",
]

[rollups.days]
dimensions = ["entity_id", "business_unit_id", "product_category", "is_intercompany"]
granularity = "day"
measures = ["net_amount", "margin_amount", "costed_net_amount", "margin_ratio", "sales_line_count"]
---*/

select
    lines.invoice_id,
    lines.invoice_line_number,
    lines.order_id,
    lines.period_id,
    periods.fiscal_quarter,
    lines.entity_id,
    lines.business_unit_id,
    lines.customer_id,
    case when lines.customer_id <> 'unassigned' then lines.customer_id end as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, lines.customer_id) as customer_group_id,
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
    lines.product_id,
    products.product_name,
    lines.product_category,
    products.product_subcategory,
    lines.invoice_kind,
    lines.line_kind,
    lines.cost_status,
    lines.currency_code,
    periods.fiscal_year,
    lines.list_reporting_amount as list_amount,
    lines.discount_reporting_amount as discount_amount,
    lines.net_reporting_amount as net_amount,
    lines.cost_reporting_amount as cost_amount,
    lines.margin_reporting_amount as margin_amount,
    case when lines.margin_reporting_amount is not null then lines.net_reporting_amount end
        as costed_net_amount,
    case when lines.line_kind in ('goods', 'parts') then lines.net_reporting_amount end
        as goods_net_amount,
    case when lines.line_kind in ('goods', 'parts') then lines.invoiced_quantity end
        as sold_quantity,
    case when lines.net_reporting_amount is null then 1 else 0 end as unpriced_count,
    lines.is_intercompany,
    not lines.is_intercompany as is_outside_group,
    lines.line_kind in ('goods', 'parts') as is_goods,
    lines.invoice_kind in ('credit_note', 'rebate') as is_credit,
    lines.invoiced_on
from marts.fct_invoice_margins as lines
left join marts.dim_customers as customers
    on customers.customer_id = lines.customer_id
    and customers.version_number = lines.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = lines.period_id
left join marts.dim_products as products
    on products.product_id = lines.product_id
