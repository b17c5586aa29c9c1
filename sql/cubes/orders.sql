/*---
description = """What customers ordered, by lines of orders, in the reporting currency and \
without tax; items of a set that carries the price count nothing, and orders that are no more at \
the source are left out."""
label = { en = "Orders", "zh-CN" = "订单" }
grain = ["order_id", "order_line_number"]
time = "ordered_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.ordered_on]
description = "Day of the order."
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

[dimensions.campaign_id]
shared = "campaign_id"

[dimensions.order_id]
label = { en = "Order", "zh-CN" = "订单" }
description = "Number of the order."

[dimensions.order_line_number]
label = { en = "Line of the order", "zh-CN" = "订单行号" }
description = "Line of the order, from 1."

[dimensions.owner_id]
label = { en = "Owner of the order", "zh-CN" = "订单负责人" }
description = "Employee in charge of the order."

[dimensions.order_status]
label = { en = "State of the order", "zh-CN" = "订单状态" }
description = "Open, invoiced, cancelled and so on."

[dimensions.order_channel]
label = { en = "Channel of the order", "zh-CN" = "订单渠道" }
description = "Through which channel the order came."

[dimensions.requested_on]
label = { en = "Day wanted", "zh-CN" = "要求交期" }
description = "Day on which the customer wants to have it."

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

[segments.counted]
label = { en = "Lines that count", "zh-CN" = "计入行" }
description = "All lines but the items of sets that carry the price."
column = "is_counted"

[segments.from_campaigns]
label = { en = "From campaigns", "zh-CN" = "来自活动" }
description = "Orders that go back to a campaign."
column = "is_from_campaign"

[segments.still_open]
label = { en = "Still open", "zh-CN" = "未完成" }
description = "Orders in state open."
column = "is_open"

[measures.ordered_amount]
label = { en = "Orders received", "zh-CN" = "订单额" }
description = "Net amount ordered."
unit = "reporting_currency"
additivity = "additive"
column = "ordered_amount"
over_time = [
    "previous_period", "year_before", "month_to_date", "quarter_to_date", "year_to_date",
    "fiscal_quarter_to_date", "fiscal_year_to_date", "rolling_28_days", "rolling_3_months",
    "rolling_12_months", "rolling_12_periods",
]
share_of_total = true

[measures.ordered_list_amount]
label = { en = "Orders at list price", "zh-CN" = "标价订单额" }
description = "What the lines come to at list price, as far as they have one."
unit = "reporting_currency"
additivity = "additive"
column = "list_amount"

[measures.ordered_listed_amount]
label = { en = "Orders with a list price", "zh-CN" = "有标价订单额" }
description = "Net amount of the lines that have a list price."
unit = "reporting_currency"
additivity = "additive"
column = "listed_amount"

[measures.ordered_price_ratio]
label = { en = "Price realised", "zh-CN" = "价格实现率" }
description = "Net amount over list amount, of lines with a list price."
unit = "ratio"
additivity = "ratio"
numerator = "ordered_listed_amount"
denominator = "ordered_list_amount"

[measures.ordered_quantity]
label = { en = "Quantity", "zh-CN" = "数量" }
description = "Pieces ordered; items of priced sets are not counted beside the set."
unit = "pieces"
additivity = "additive"
column = "ordered_quantity"

[measures.open_ordered_amount]
label = { en = "Open orders", "zh-CN" = "未完成订单额" }
description = "Net amount of orders in state open."
unit = "reporting_currency"
additivity = "additive"
column = "open_amount"

[measures.order_line_count]
label = { en = "Lines", "zh-CN" = "行数" }
description = "How many lines count."
additivity = "additive"
column = "counted_count"

[measures.unpriced_order_count]
label = { en = "Lines without a rate", "zh-CN" = "缺汇率行数" }
description = "Lines that no sum holds, because the reporting currency has no rate."
additivity = "additive"
column = "unpriced_count"

[measures.order_count]
label = { en = "Orders", "zh-CN" = "订单数" }
description = "How many different orders there are."
additivity = "distinct"
column = "order_id"
over_time = ["previous_period", "year_before", "rolling_3_months"]

[measures.order_value_amount]
label = { en = "Value of an order", "zh-CN" = "订单均值" }
description = "Net amount over the number of orders."
unit = "reporting_currency"
additivity = "ratio"
numerator = "ordered_amount"
denominator = "order_count"

[measures.ordering_customer_count]
label = { en = "Customers who ordered", "zh-CN" = "下单客户数" }
description = "How many different customers ordered."
additivity = "distinct"
column = "known_customer_id"
over_time = ["previous_period", "year_before", "rolling_12_months"]

[measures.largest_order_line_amount]
label = { en = "Largest line", "zh-CN" = "最大行金额" }
description = "Net amount of the largest line ordered."
unit = "reporting_currency"
additivity = "additive"
aggregate = "max"
column = "ordered_amount"

[measures.first_ordered_on]
label = { en = "First order", "zh-CN" = "首单日期" }
description = "Day of the earliest order."
additivity = "additive"
aggregate = "min"
column = "ordered_on"

[measures.last_ordered_on]
label = { en = "Last order", "zh-CN" = "末单日期" }
description = "Day of the latest order."
additivity = "additive"
aggregate = "max"
column = "ordered_on"

[rollups.categories]
dimensions = [
    "entity_id", "business_unit_id", "customer_type", "region", "product_category",
    "product_subcategory", "order_status", "order_channel", "owner_id",
]
granularity = "month"
measures = [
    "ordered_amount", "ordered_list_amount", "ordered_listed_amount", "ordered_price_ratio",
    "ordered_quantity", "open_ordered_amount", "order_line_count",
]

[rollups.customers]
dimensions = [
    "customer_id", "customer_name", "entity_id", "business_unit_id", "account_owner_id",
    "owner_id",
]
granularity = "month"
measures = [
    "ordered_amount", "ordered_list_amount", "ordered_listed_amount", "ordered_price_ratio",
    "ordered_quantity", "order_line_count",
]
---*/

select
    lines.order_id,
    lines.order_line_number,
    lines.period_id,
    periods.fiscal_quarter,
    lines.entity_id,
    lines.business_unit_id,
    lines.owner_id,
    lines.campaign_id,
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
    coalesce(products.product_category, 'unassigned') as product_category,
    products.product_subcategory,
    lines.order_status,
    lines.order_channel,
    periods.fiscal_year,
    lines.net_reporting_amount as ordered_amount,
    cast(lines.list_amount * lines.exchange_rate as decimal(18, 4)) as list_amount,
    case when lines.list_amount is not null then lines.net_reporting_amount end
        as listed_amount,
    case when lines.order_status = 'open' then lines.net_reporting_amount end as open_amount,
    case when lines.is_counted then lines.ordered_quantity end as ordered_quantity,
    case when lines.is_counted then 1 else 0 end as counted_count,
    case when lines.net_reporting_amount is null then 1 else 0 end as unpriced_count,
    lines.is_counted,
    lines.campaign_id is not null as is_from_campaign,
    coalesce(lines.order_status = 'open', false) as is_open,
    lines.ordered_on,
    lines.requested_on
from marts.fct_order_lines as lines
left join marts.dim_customers as customers
    on customers.customer_id = lines.customer_id
    and customers.version_number = lines.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = lines.period_id
left join marts.dim_products as products
    on products.product_id = lines.product_id
where not lines.is_deleted
