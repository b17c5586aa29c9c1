/*---
description = """Every posted amount of revenue and cost with the customer who earns or causes \
it and the way in which that is known; what lies behind the profit of customers, out of scope \
included."""
label = { en = "Lines of profit", "zh-CN" = "利润明细" }
grain = [
    "source_period_id", "entity_id", "account_id", "profit_line", "customer_id",
    "product_category", "attribution_kind", "attribution_reason", "booking_number",
]
month = "ends_on"
time = "ends_on"
views = ["company"]

[inputs]
"marts.fct_profit_lines" = "same_month"
"marts.dim_customers" = { key = "customer_id", in = "marts.fct_profit_lines" }
"marts.dim_periods" = { key = "period_id", in = "marts.fct_profit_lines" }
"marts.dim_accounts" = { key = "account_id", in = "marts.fct_profit_lines" }

[dimensions.ends_on]
description = "Last day of the period in which the line is booked."
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

[dimensions.profit_line]
label = { en = "Line of the statement", "zh-CN" = "报表行" }
description = """Line of the profit statement: gross_revenue, discounts, returns, cost_of_goods, \
selling and so on; unmapped or out_of_scope where it has none."""

[dimensions.account_id]
label = { en = "Account", "zh-CN" = "科目" }
description = "Number of the account in the ledger."

[dimensions.account_name]
label = { en = "Name of the account", "zh-CN" = "科目名称" }
description = "What the chart of accounts calls the account."

[dimensions.bucket]
label = { en = "Carrier", "zh-CN" = "承担方" }
description = "Who carries the line: customer, unassigned, unused_capacity or out_of_scope."

[dimensions.attribution_kind]
label = { en = "Way of attribution", "zh-CN" = "归集方式" }
description = "How the customer is known: document, direct, allocation, difference or none."

[dimensions.attribution_reason]
label = { en = "Reason of attribution", "zh-CN" = "归集原因" }
description = "Rule of an allocation, class of a difference, or why nobody is known."

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

[hierarchies.statement]
label = { en = "Statement", "zh-CN" = "利润表" }
levels = ["profit_line", "account_id"]

[hierarchies.geography]
label = { en = "Geography", "zh-CN" = "地理" }
levels = ["region", "country", "city", "customer_id"]

[hierarchies.organisation]
label = { en = "Organisation", "zh-CN" = "组织" }
levels = ["entity_id", "business_unit_id", "account_owner_id", "customer_id"]

[hierarchies.customers]
label = { en = "Groups of companies", "zh-CN" = "集团与客户" }
levels = ["customer_group_id", "customer_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[segments.in_scope]
label = { en = "In scope", "zh-CN" = "范围内" }
description = "Lines that the profit of customers counts."
column = "is_in_scope"

[segments.allocated]
label = { en = "Allocated", "zh-CN" = "分摊" }
description = "Cost that a rule spreads."
column = "is_allocated"

[measures.line_amount]
label = { en = "Amount", "zh-CN" = "金额" }
description = "Amount of the lines; revenue is positive, cost negative."
unit = "reporting_currency"
additivity = "additive"
column = "line_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.revenue_line_amount]
label = { en = "Revenue", "zh-CN" = "收入" }
description = "Amount of gross revenue, discounts and returns."
unit = "reporting_currency"
additivity = "additive"
column = "revenue_amount"

[measures.cost_line_amount]
label = { en = "Cost", "zh-CN" = "成本" }
description = "Amount of all other lines in scope, negative."
unit = "reporting_currency"
additivity = "additive"
column = "cost_amount"

[measures.cost_revenue_ratio]
label = { en = "Cost over revenue", "zh-CN" = "成本收入比" }
description = "Cost over revenue, negative."
unit = "ratio"
additivity = "ratio"
numerator = "cost_line_amount"
denominator = "revenue_line_amount"

[measures.posting_count]
label = { en = "Postings", "zh-CN" = "凭证行数" }
description = "Entries of the ledger behind the lines, as far as they are counted."
additivity = "additive"
column = "entry_count"

[measures.line_count]
label = { en = "Lines", "zh-CN" = "明细行数" }
description = "How many lines there are."
additivity = "additive"
aggregate = "count"

[measures.unpriced_line_count]
label = { en = "Lines without a rate", "zh-CN" = "缺汇率行数" }
description = "Lines that have no amount in the reporting currency."
additivity = "additive"
column = "unpriced_count"

[measures.line_account_count]
label = { en = "Accounts", "zh-CN" = "科目数" }
description = "On how many accounts the lines stand."
additivity = "distinct"
column = "account_id"

[rollups.months]
dimensions = [
    "entity_id", "business_unit_id", "profit_line", "account_id", "bucket", "attribution_kind",
    "period_id", "fiscal_quarter", "fiscal_year",
]
granularity = "month"
measures = [
    "line_amount", "revenue_line_amount", "cost_line_amount", "cost_revenue_ratio", "line_count",
]
---*/

select
    lines.source_period_id,
    lines.booking_number,
    lines.period_id,
    periods.fiscal_quarter,
    lines.entity_id,
    lines.business_unit_id,
    lines.profit_line,
    lines.account_id,
    accounts.account_name,
    lines.bucket,
    lines.attribution_kind,
    lines.attribution_reason,
    lines.customer_id,
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
    lines.product_category,
    periods.fiscal_year,
    lines.reporting_amount as line_amount,
    case when lines.profit_line in ('gross_revenue', 'discounts', 'returns')
        then lines.reporting_amount
    end as revenue_amount,
    case when lines.profit_line not in ('gross_revenue', 'discounts', 'returns', 'out_of_scope')
        then lines.reporting_amount
    end as cost_amount,
    lines.entry_count,
    case when lines.reporting_amount is null then 1 else 0 end as unpriced_count,
    lines.bucket <> 'out_of_scope' as is_in_scope,
    lines.attribution_kind = 'allocation' as is_allocated,
    lines.ends_on
from marts.fct_profit_lines as lines
left join marts.dim_customers as customers
    on customers.customer_id = lines.customer_id
    and customers.version_number = lines.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = lines.period_id
left join marts.dim_accounts as accounts
    on accounts.account_id = lines.account_id
