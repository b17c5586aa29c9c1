/*---
description = """What is planned: targets of customers, owners, units, categories and products, \
and lines of budgets, one row a plan, in the reporting currency on the first day planned. \
Targets of whole years have a measure of their own; versions of a budget are alternatives, so \
ask for one of them."""
label = { en = "Targets and budgets", "zh-CN" = "目标与预算" }
grain = ["target_id"]
time = "starts_on"
views = ["company"]

[dimensions.starts_on]
description = "First day that is planned."
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

[dimensions.product_category]
shared = "product_category"

[dimensions.target_id]
label = { en = "Plan", "zh-CN" = "计划编号" }
description = "Number of the target, or of the line of a budget."

[dimensions.target_kind]
label = { en = "Kind of plan", "zh-CN" = "计划类型" }
description = "target, or budget from bookkeeping."

[dimensions.target_version]
label = { en = "Version", "zh-CN" = "版本" }
description = "Version of the budget; current for a target."

[dimensions.period_kind]
label = { en = "Span", "zh-CN" = "跨度" }
description = "period, or year for a plan of a whole fiscal year."

[dimensions.subject_kind]
label = { en = "Whose plan", "zh-CN" = "计划对象类型" }
description = "Whose plan it is: customer, owner, unit, category, product; account for budgets."

[dimensions.subject_id]
label = { en = "Subject", "zh-CN" = "计划对象" }
description = "Number or name of whose plan it is."

[dimensions.measure_name]
label = { en = "What is planned", "zh-CN" = "计划指标" }
description = "What is planned: net_revenue and so on; ledger_amount for budgets."

[dimensions.employee_id]
label = { en = "Employee", "zh-CN" = "员工" }
description = "Owner whose target it is."

[dimensions.account_id]
label = { en = "Account", "zh-CN" = "科目" }
description = "Account of the line of a budget."

[dimensions.cost_centre_id]
label = { en = "Cost centre", "zh-CN" = "成本中心" }
description = "Cost centre of the line of a budget."

[hierarchies.organisation]
label = { en = "Organisation", "zh-CN" = "组织" }
levels = ["entity_id", "business_unit_id", "account_owner_id", "customer_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[hierarchies.plans]
label = { en = "Plans", "zh-CN" = "计划" }
levels = ["target_kind", "target_version", "subject_kind", "subject_id"]

[segments.of_targets]
label = { en = "Targets", "zh-CN" = "目标" }
description = "Targets, no budgets."
column = "is_target"

[segments.of_budgets]
label = { en = "Budgets", "zh-CN" = "预算" }
description = "Lines of budgets, no targets."
column = "is_budget"

[measures.target_amount]
label = { en = "Target", "zh-CN" = "目标额" }
description = "Targets of periods."
unit = "reporting_currency"
additivity = "additive"
column = "target_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.year_target_amount]
label = { en = "Target of the year", "zh-CN" = "年度目标额" }
description = "Targets of whole fiscal years, which are never summed with those of periods."
unit = "reporting_currency"
additivity = "additive"
column = "year_target_amount"

[measures.budget_amount]
label = { en = "Budget", "zh-CN" = "预算额" }
description = "Lines of budgets; income is positive, cost negative."
unit = "reporting_currency"
additivity = "additive"
column = "budget_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.target_count]
label = { en = "Targets", "zh-CN" = "目标数" }
description = "How many targets there are, of periods and of years."
additivity = "additive"
column = "target_count"

[measures.budget_line_count]
label = { en = "Lines of budgets", "zh-CN" = "预算行数" }
description = "How many lines of budgets there are."
additivity = "additive"
column = "budget_count"

[measures.unpriced_target_count]
label = { en = "Plans without a rate", "zh-CN" = "缺汇率计划数" }
description = "Plans without an amount in the reporting currency: in no sum."
additivity = "additive"
column = "unpriced_count"

[measures.planned_subject_count]
label = { en = "Subjects", "zh-CN" = "计划对象数" }
description = "How many different subjects are planned."
additivity = "distinct"
column = "subject_id"

[measures.largest_target_amount]
label = { en = "Largest target", "zh-CN" = "最大目标" }
description = "The largest target of a period."
unit = "reporting_currency"
additivity = "additive"
aggregate = "max"
column = "target_amount"

[rollups.months]
dimensions = [
    "entity_id", "business_unit_id", "employee_id", "target_kind", "target_version",
    "subject_kind", "measure_name", "product_category", "period_id", "fiscal_quarter",
    "fiscal_year",
]
granularity = "month"
measures = [
    "target_amount", "year_target_amount", "budget_amount", "target_count", "budget_line_count",
]
---*/

with newest_versions as (
    select customer_id, version_number
    from marts.dim_customers
    where is_current
),

plans as (
    select
        targets.*,
        versions.version_number as customer_version_number
    from marts.fct_targets as targets
    left join newest_versions as versions
        on versions.customer_id = targets.customer_id
)

select
    plans.target_id,
    plans.target_kind,
    plans.target_version,
    plans.period_kind,
    plans.subject_kind,
    plans.subject_id,
    plans.measure_name,
    plans.period_id,
    periods.fiscal_quarter,
    plans.entity_id,
    plans.business_unit_id,
    plans.employee_id,
    plans.account_id,
    plans.cost_centre_id,
    plans.customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, plans.customer_id) as customer_group_id,
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
    coalesce(plans.product_category, products.product_category, 'unassigned')
        as product_category,
    plans.fiscal_year,
    case
        when plans.target_kind = 'target' and plans.period_kind = 'period'
            then plans.target_reporting_amount
    end as target_amount,
    case
        when plans.target_kind = 'target' and plans.period_kind = 'year'
            then plans.target_reporting_amount
    end as year_target_amount,
    case when plans.target_kind = 'budget' then -plans.target_reporting_amount end
        as budget_amount,
    case when plans.target_kind = 'target' then 1 else 0 end as target_count,
    case when plans.target_kind = 'budget' then 1 else 0 end as budget_count,
    case when plans.target_reporting_amount is null then 1 else 0 end as unpriced_count,
    plans.target_kind = 'target' as is_target,
    plans.target_kind = 'budget' as is_budget,
    plans.starts_on
from plans
left join marts.dim_customers as customers
    on customers.customer_id = plans.customer_id
    and customers.version_number = plans.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = plans.period_id
left join marts.dim_products as products
    on products.product_id = plans.product_id
