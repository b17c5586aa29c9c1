/*---
description = """Postings of the general ledger by account, cost centre and customer, in the \
reporting currency; debit is positive. Drafts are in no sum but their own."""
label = { en = "General ledger", "zh-CN" = "总账" }
grain = ["entry_id", "booking_number"]
month = "posted_on"
time = "posted_on"
views = ["company"]

[inputs]
"marts.fct_ledger_entries" = "same_month"
"marts.dim_customers" = { key = "customer_id", in = "marts.fct_ledger_entries" }
"marts.dim_periods" = { key = "period_id", in = "marts.fct_ledger_entries" }
"marts.dim_accounts" = { key = "account_id", in = "marts.fct_ledger_entries" }
"marts.dim_cost_centres" = { key = "cost_centre_id", in = "marts.fct_ledger_entries" }

[dimensions.posted_on]
description = "Day of posting."
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

[dimensions.root_account_id]
label = { en = "Top account", "zh-CN" = "一级科目" }
description = "Account at the top of the account's branch."

[dimensions.account_level_2]
label = { en = "Account of the second level", "zh-CN" = "二级科目" }
description = """Account of the branch on the second level, or the account itself where it lies \
higher."""

[dimensions.account_level_3]
label = { en = "Account of the third level", "zh-CN" = "三级科目" }
description = """Account of the branch on the third level, or the account itself where it lies \
higher."""

[dimensions.account_id]
label = { en = "Account", "zh-CN" = "科目" }
description = "Number of the account in the ledger."

[dimensions.account_name]
label = { en = "Name of the account", "zh-CN" = "科目名称" }
description = "What the chart of accounts calls the account."

[dimensions.account_kind]
label = { en = "Kind of account", "zh-CN" = "科目类型" }
description = "Asset, liability, income, expense and so on."

[dimensions.profit_line]
label = { en = "Line of the statement", "zh-CN" = "报表行" }
description = "Line of customer profit to which the account belongs on that day."

[dimensions.account_scope]
label = { en = "Scope", "zh-CN" = "范围" }
description = """in or out of the profit of customers on that day; nothing where no range covers \
the account."""

[dimensions.cost_centre_id]
label = { en = "Cost centre", "zh-CN" = "成本中心" }
description = "Cost centre that bears the posting."

[dimensions.cost_centre_name]
label = { en = "Name of the cost centre", "zh-CN" = "成本中心名称" }
description = "What the cost centre is called."

[dimensions.document_id]
label = { en = "Document", "zh-CN" = "单据" }
description = "Document that the posting belongs to."

[dimensions.document_type]
label = { en = "Type of document", "zh-CN" = "单据类型" }
description = "What kind of document was posted."

[dimensions.posting_status]
label = { en = "State of the posting", "zh-CN" = "过账状态" }
description = "posted, or draft for what is not in the ledger yet."

[dimensions.is_adjusting]
label = { en = "Adjusting period", "zh-CN" = "调整期间" }
description = "Whether the posting is in a period that takes corrections only."

[dimensions.is_intercompany]
label = { en = "Within the group", "zh-CN" = "集团内部" }
description = "Whether it is between companies of the group."

[hierarchies.accounts]
label = { en = "Tree of accounts", "zh-CN" = "科目树" }
levels = ["root_account_id", "account_level_2", "account_level_3", "account_id"]

[hierarchies.statement]
label = { en = "Statement", "zh-CN" = "利润表" }
levels = ["profit_line", "account_id"]

[hierarchies.cost_centres]
label = { en = "Cost centres", "zh-CN" = "成本中心" }
levels = ["entity_id", "business_unit_id", "cost_centre_id"]

[hierarchies.geography]
label = { en = "Geography", "zh-CN" = "地理" }
levels = ["region", "country", "city", "customer_id"]

[hierarchies.customers]
label = { en = "Groups of companies", "zh-CN" = "集团与客户" }
levels = ["customer_group_id", "customer_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[segments.outside_group]
label = { en = "Outside the group", "zh-CN" = "集团外" }
description = "Postings that are not between companies of the group."
column = "is_outside_group"

[segments.profit_and_loss]
label = { en = "Profit and loss", "zh-CN" = "损益" }
description = "Postings on accounts of income and expense."
column = "is_profit_and_loss"

[segments.by_hand]
label = { en = "By hand", "zh-CN" = "手工凭证" }
description = "Postings that a person wrote by hand."
column = "is_manual"

[measures.ledger_amount]
label = { en = "Amount", "zh-CN" = "金额" }
description = "Posted amount; debit is positive."
unit = "reporting_currency"
additivity = "additive"
column = "posted_amount"
over_time = [
    "previous_period", "year_before", "month_to_date", "quarter_to_date", "year_to_date",
    "fiscal_quarter_to_date", "fiscal_year_to_date", "rolling_28_days", "rolling_3_months",
    "rolling_12_months", "rolling_12_periods",
]

[measures.debit_amount]
label = { en = "Debit", "zh-CN" = "借方" }
description = "Posted amounts on the debit side."
unit = "reporting_currency"
additivity = "additive"
column = "debit_amount"

[measures.credit_amount]
label = { en = "Credit", "zh-CN" = "贷方" }
description = "Posted amounts on the credit side, negative."
unit = "reporting_currency"
additivity = "additive"
column = "credit_amount"

[measures.result_amount]
label = { en = "Result", "zh-CN" = "损益额" }
description = "Posted income less posted expense: positive is a gain."
unit = "reporting_currency"
additivity = "additive"
column = "result_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]
share_of_total = true

[measures.income_amount]
label = { en = "Income", "zh-CN" = "收入额" }
description = "Posted on accounts of income, positive."
unit = "reporting_currency"
additivity = "additive"
column = "income_amount"
over_time = ["previous_period", "year_before"]

[measures.expense_amount]
label = { en = "Expense", "zh-CN" = "费用额" }
description = "Posted on accounts of expense, positive."
unit = "reporting_currency"
additivity = "additive"
column = "expense_amount"
over_time = ["previous_period", "year_before"]

[measures.expense_income_ratio]
label = { en = "Expense over income", "zh-CN" = "费用收入比" }
description = "Expense over income."
unit = "ratio"
additivity = "ratio"
numerator = "expense_amount"
denominator = "income_amount"

[measures.result_ratio]
label = { en = "Result over income", "zh-CN" = "损益收入比" }
description = "Result over income."
unit = "ratio"
additivity = "ratio"
numerator = "result_amount"
denominator = "income_amount"
over_time = ["previous_period", "year_before"]

[measures.draft_amount]
label = { en = "Drafts", "zh-CN" = "未过账金额" }
description = "Amount of drafts, which are not in the ledger."
unit = "reporting_currency"
additivity = "additive"
column = "draft_amount"

[measures.posted_entry_count]
label = { en = "Postings", "zh-CN" = "过账行数" }
description = "Entries that are posted."
additivity = "additive"
column = "posted_count"

[measures.draft_entry_count]
label = { en = "Drafts", "zh-CN" = "未过账行数" }
description = "Entries that are drafts."
additivity = "additive"
column = "draft_count"

[measures.unpriced_entry_count]
label = { en = "Postings without a rate", "zh-CN" = "缺汇率行数" }
description = "Posted entries without an amount in the reporting currency: in no sum."
additivity = "additive"
column = "unpriced_count"

[measures.posted_document_count]
label = { en = "Documents", "zh-CN" = "凭证数" }
description = "How many different documents there are, drafts included."
additivity = "distinct"
column = "document_id"
over_time = ["previous_period", "year_before"]

[measures.posted_account_count]
label = { en = "Accounts", "zh-CN" = "科目数" }
description = "How many different accounts have postings or drafts."
additivity = "distinct"
column = "account_id"

[measures.largest_debit_amount]
label = { en = "Largest debit", "zh-CN" = "最大借方" }
description = "The largest amount that was posted on the debit side."
unit = "reporting_currency"
additivity = "additive"
aggregate = "max"
column = "debit_amount"

[rollups.months]
dimensions = [
    "entity_id", "business_unit_id", "root_account_id", "account_level_2", "account_level_3",
    "account_id", "account_kind", "profit_line", "is_intercompany", "period_id", "fiscal_quarter",
    "fiscal_year",
]
granularity = "month"
measures = [
    "ledger_amount", "debit_amount", "credit_amount", "result_amount", "income_amount",
    "expense_amount", "expense_income_ratio", "result_ratio", "posted_entry_count",
]
---*/

with entries as (
    select
        ledger.*,
        case when ledger.is_posted then ledger.net_reporting_amount end as posted_amount
    from marts.fct_ledger_entries as ledger
)

select
    entries.entry_id,
    entries.booking_number,
    entries.period_id,
    periods.fiscal_quarter,
    entries.entity_id,
    entries.business_unit_id,
    entries.customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, entries.customer_id) as customer_group_id,
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
    coalesce(accounts.root_account_id, entries.account_id) as root_account_id,
    coalesce(nullif(split_part(accounts.account_path, '/', 2), ''), entries.account_id)
        as account_level_2,
    coalesce(nullif(split_part(accounts.account_path, '/', 3), ''), entries.account_id)
        as account_level_3,
    entries.account_id,
    accounts.account_name,
    entries.account_kind,
    entries.profit_line,
    entries.account_scope,
    entries.cost_centre_id,
    cost_centres.cost_centre_name,
    entries.document_id,
    entries.document_type,
    entries.posting_status,
    periods.fiscal_year,
    entries.posted_amount,
    case when entries.posted_amount > 0 then entries.posted_amount end as debit_amount,
    case when entries.posted_amount < 0 then entries.posted_amount end as credit_amount,
    case when entries.account_kind in ('income', 'expense') then -entries.posted_amount end
        as result_amount,
    case when entries.account_kind = 'income' then -entries.posted_amount end
        as income_amount,
    case when entries.account_kind = 'expense' then entries.posted_amount end
        as expense_amount,
    case when not entries.is_posted then entries.net_reporting_amount end as draft_amount,
    case when entries.is_posted then 1 else 0 end as posted_count,
    case when entries.is_posted then 0 else 1 end as draft_count,
    case when entries.is_posted and entries.posted_amount is null then 1 else 0 end
        as unpriced_count,
    entries.is_adjusting,
    entries.is_intercompany,
    not entries.is_intercompany as is_outside_group,
    coalesce(entries.account_kind in ('income', 'expense'), false) as is_profit_and_loss,
    entries.is_manual,
    entries.posted_on
from entries
left join marts.dim_customers as customers
    on customers.customer_id = entries.customer_id
    and customers.version_number = entries.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = entries.period_id
left join marts.dim_accounts as accounts
    on accounts.account_id = entries.account_id
left join marts.dim_cost_centres as cost_centres
    on cost_centres.cost_centre_id = entries.cost_centre_id
