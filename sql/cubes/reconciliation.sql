/*---
description = """Documents of departments beside postings of the ledger, with the reason of each \
difference, in the reporting currency; revenue is positive, cost negative."""
label = { en = "Reconciliation", "zh-CN" = "对账" }
grain = ["subledger", "document_id", "entity_id", "account_id", "period_id", "document_part"]
time = "ends_on"
views = ["company"]

[values.subledger]
invoices = { en = "Invoices", "zh-CN" = "发票" }
stock = { en = "Stock", "zh-CN" = "库存" }
campaigns = { en = "Bills for campaigns", "zh-CN" = "活动账单" }
deliveries = { en = "Freight of deliveries", "zh-CN" = "交货运费" }

[dimensions.ends_on]
description = "Day with which the period ends."
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

[dimensions.subledger]
label = { en = "Books beside the ledger", "zh-CN" = "子账" }
description = "Invoices, stock, campaigns or deliveries."

[dimensions.document_id]
label = { en = "Document", "zh-CN" = "单据" }
description = "Number of the document; empty where there is none."

[dimensions.document_part]
label = { en = "Part of the document", "zh-CN" = "单据部分" }
description = "Part of the document that is posted on the account."

[dimensions.account_id]
label = { en = "Account", "zh-CN" = "科目" }
description = "Account that is posted to, or belongs to the document."

[dimensions.difference_class]
label = { en = "Reason", "zh-CN" = "差异原因" }
description = "Why both differ; empty where they agree."

[hierarchies.reasons]
label = { en = "Reasons", "zh-CN" = "差异原因" }
levels = ["subledger", "difference_class", "document_id"]

[segments.differing]
label = { en = "Differing", "zh-CN" = "有差异" }
description = "Items that have a reason to differ."
column = "is_different"

[measures.document_amount]
label = { en = "Said by documents", "zh-CN" = "单据金额" }
description = "What documents say, each line at the rate of its day."
unit = "reporting_currency"
additivity = "additive"
column = "document_amount"

[measures.posted_amount]
label = { en = "Posted", "zh-CN" = "入账金额" }
description = "What is posted in the ledger."
unit = "reporting_currency"
additivity = "additive"
column = "posted_amount"
over_time = ["previous_period", "year_before", "fiscal_year_to_date"]

[measures.difference_amount]
label = { en = "Difference", "zh-CN" = "差异金额" }
description = "Posted less what documents say."
unit = "reporting_currency"
additivity = "additive"
column = "difference_amount"

[measures.unexplained_amount]
label = { en = "Not explained", "zh-CN" = "未解释差异" }
description = "Differences of which the reason does not say all."
unit = "reporting_currency"
additivity = "additive"
column = "unexplained_amount"

[measures.compared_count]
label = { en = "Compared", "zh-CN" = "对账项数" }
description = "How many documents, parts and periods are compared."
additivity = "additive"
aggregate = "count"

[measures.different_count]
label = { en = "Differing", "zh-CN" = "差异项数" }
description = "How many of them have a reason to differ."
additivity = "additive"
column = "different_count"

[measures.different_ratio]
label = { en = "Share differing", "zh-CN" = "差异率" }
description = "Differing over all that is compared."
unit = "ratio"
additivity = "ratio"
numerator = "different_count"
denominator = "compared_count"

[measures.unpriced_item_count]
label = { en = "Without a rate", "zh-CN" = "缺汇率对账项数" }
description = "Items of which one amount has no rate to the reporting currency."
additivity = "additive"
column = "unpriced_count"
---*/

select
    items.subledger,
    items.document_id,
    items.document_part,
    items.account_id,
    items.difference_class,
    items.period_id,
    periods.fiscal_quarter,
    items.entity_id,
    items.customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, items.customer_id) as customer_group_id,
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
    periods.fiscal_year,
    items.document_reporting_amount as document_amount,
    items.ledger_reporting_amount as posted_amount,
    items.difference_reporting_amount as difference_amount,
    case when not items.is_explained then items.difference_reporting_amount end
        as unexplained_amount,
    case when items.difference_class <> '' then 1 else 0 end as different_count,
    case when items.difference_reporting_amount is null then 1 else 0 end as unpriced_count,
    items.difference_class <> '' as is_different,
    items.ends_on
from marts.fct_reconciliation_items as items
left join marts.dim_customers as customers
    on customers.customer_id = items.customer_id
    and customers.version_number = items.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = items.period_id
