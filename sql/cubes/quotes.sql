/*---
description = """What was offered to customers and what became of it, by lines of offers, in the \
reporting currency."""
label = { en = "Quotes", "zh-CN" = "报价" }
grain = ["quote_id", "quote_line_number"]
time = "quoted_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.quoted_on]
description = "Day of the offer."
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

[dimensions.quote_id]
label = { en = "Quote", "zh-CN" = "报价单" }
description = "Number of the offer."

[dimensions.quote_line_number]
label = { en = "Line of the quote", "zh-CN" = "报价行号" }
description = "Line of the offer; 0 where it has none."

[dimensions.owner_id]
label = { en = "Owner of the quote", "zh-CN" = "报价负责人" }
description = "Employee who made the offer."

[dimensions.quote_status]
label = { en = "State of the quote", "zh-CN" = "报价状态" }
description = "Open, won, lost and so on."

[hierarchies.geography]
label = { en = "Geography", "zh-CN" = "地理" }
levels = ["region", "country", "city", "customer_id"]

[hierarchies.organisation]
label = { en = "Organisation", "zh-CN" = "组织" }
levels = ["entity_id", "business_unit_id", "account_owner_id", "customer_id"]

[hierarchies.customers]
label = { en = "Groups of companies", "zh-CN" = "集团与客户" }
levels = ["customer_group_id", "customer_id"]

[hierarchies.products]
label = { en = "Product categories", "zh-CN" = "产品类别" }
levels = ["product_category", "product_subcategory", "product_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[segments.open_now]
label = { en = "Open now", "zh-CN" = "目前有效" }
description = "Offers that are not decided."
column = "is_open"

[measures.quoted_amount]
label = { en = "Quoted", "zh-CN" = "报价额" }
description = "Net amount offered."
unit = "reporting_currency"
additivity = "additive"
column = "quoted_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.won_quoted_amount]
label = { en = "Won", "zh-CN" = "成交报价额" }
description = "Net amount of offers that became orders."
unit = "reporting_currency"
additivity = "additive"
column = "won_amount"

[measures.decided_quoted_amount]
label = { en = "Decided", "zh-CN" = "已决报价额" }
description = "Net amount of offers that are decided."
unit = "reporting_currency"
additivity = "additive"
column = "decided_amount"

[measures.quote_win_ratio]
label = { en = "Win ratio of quotes", "zh-CN" = "报价成交率" }
description = "Won over decided, by amount."
unit = "ratio"
additivity = "ratio"
numerator = "won_quoted_amount"
denominator = "decided_quoted_amount"

[measures.quoted_list_amount]
label = { en = "Quoted at list price", "zh-CN" = "标价报价额" }
description = "What the lines offered come to at list price, as far as they have one."
unit = "reporting_currency"
additivity = "additive"
column = "list_amount"

[measures.quoted_listed_amount]
label = { en = "Quoted with a list price", "zh-CN" = "有标价报价额" }
description = "Net amount of the lines with a list price."
unit = "reporting_currency"
additivity = "additive"
column = "listed_amount"

[measures.quoted_price_ratio]
label = { en = "Price offered", "zh-CN" = "报价实现率" }
description = "Net amount over list amount, of lines that have one."
unit = "ratio"
additivity = "ratio"
numerator = "quoted_listed_amount"
denominator = "quoted_list_amount"

[measures.quoted_quantity]
label = { en = "Quantity", "zh-CN" = "数量" }
description = "Pieces offered."
unit = "pieces"
additivity = "additive"
column = "quoted_quantity"

[measures.quote_line_count]
label = { en = "Lines", "zh-CN" = "行数" }
description = "How many lines of offers there are."
additivity = "additive"
aggregate = "count"

[measures.unpriced_quote_count]
label = { en = "Lines without a rate", "zh-CN" = "缺汇率行数" }
description = "Lines without an amount in the reporting currency: no sum holds them."
additivity = "additive"
column = "unpriced_count"

[measures.quote_count]
label = { en = "Quotes", "zh-CN" = "报价单数" }
description = "How many different offers there are."
additivity = "distinct"
column = "quote_id"
over_time = ["previous_period", "year_before"]

[measures.quoted_customer_count]
label = { en = "Customers with quotes", "zh-CN" = "报价客户数" }
description = "How many different customers got offers."
additivity = "distinct"
column = "known_customer_id"
---*/

select
    lines.quote_id,
    lines.quote_line_number,
    lines.period_id,
    periods.fiscal_quarter,
    lines.entity_id,
    lines.business_unit_id,
    lines.owner_id,
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
    lines.quote_status,
    periods.fiscal_year,
    lines.net_reporting_amount as quoted_amount,
    case when lines.is_won then lines.net_reporting_amount end as won_amount,
    case when lines.is_won is not null then lines.net_reporting_amount end as decided_amount,
    cast(lines.list_amount * lines.exchange_rate as decimal(18, 4)) as list_amount,
    case when lines.list_amount is not null then lines.net_reporting_amount end
        as listed_amount,
    lines.quoted_quantity,
    case when lines.net_amount is not null and lines.net_reporting_amount is null then 1
        else 0
    end as unpriced_count,
    coalesce(lines.quote_status = 'open', false) as is_open,
    lines.quoted_on
from marts.fct_quotes as lines
left join marts.dim_customers as customers
    on customers.customer_id = lines.customer_id
    and customers.version_number = lines.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = lines.period_id
left join marts.dim_products as products
    on products.product_id = lines.product_id
