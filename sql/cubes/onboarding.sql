/*---
description = """How new customers are qualified: steps, days and what waits for an approval, a \
row a step."""
label = { en = "Onboarding", "zh-CN" = "客户准入" }
grain = ["local_customer_id", "step_number"]
time = "started_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.started_on]
description = "Day on which the step began."
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

[dimensions.local_customer_id]
label = { en = "Number in sales", "zh-CN" = "销售客户号" }
description = "Number of the customer in sales."

[dimensions.step_number]
label = { en = "Number of the step", "zh-CN" = "步骤号" }
description = "Place of the step among those of its customer, from 1."

[dimensions.onboarding_step]
label = { en = "Step", "zh-CN" = "准入步骤" }
description = "What the step does."
column = "step_name"

[dimensions.step_status]
label = { en = "State of the step", "zh-CN" = "步骤状态" }
description = "Open, done, approved and so on."

[dimensions.owner_id]
label = { en = "Owner of the step", "zh-CN" = "步骤负责人" }
description = "Employee in charge of the step."

[dimensions.approver_id]
label = { en = "Approver", "zh-CN" = "审批人" }
description = "Employee who approves; null without one."

[hierarchies.steps]
label = { en = "Steps", "zh-CN" = "准入步骤" }
levels = ["onboarding_step", "customer_id"]

[segments.open_steps]
label = { en = "Open steps", "zh-CN" = "未完成步骤" }
description = "Steps neither finished, approved nor rejected."
column = "is_open"

[measures.onboarding_step_count]
label = { en = "Steps", "zh-CN" = "准入步骤数" }
description = "How many steps there are."
additivity = "additive"
aggregate = "count"
over_time = ["previous_period", "year_before"]

[measures.open_onboarding_step_count]
label = { en = "Open steps", "zh-CN" = "未完成步骤数" }
description = "How many steps are neither finished, approved nor rejected."
additivity = "additive"
column = "open_count"

[measures.awaiting_step_count]
label = { en = "Waiting for approval", "zh-CN" = "待审批步骤数" }
description = "Steps that wait for an approval."
additivity = "additive"
column = "awaiting_count"

[measures.finished_step_count]
label = { en = "Finished steps", "zh-CN" = "已完成步骤数" }
description = "Steps that have an end."
additivity = "additive"
column = "finished_count"

[measures.onboarding_days]
label = { en = "Days of work", "zh-CN" = "准入天数" }
description = "Days from beginning to end of finished steps."
unit = "days"
additivity = "additive"
column = "work_days"

[measures.mean_onboarding_days]
label = { en = "Mean days of a step", "zh-CN" = "平均步骤天数" }
description = "Days of work over finished steps."
unit = "days"
additivity = "ratio"
numerator = "onboarding_days"
denominator = "finished_step_count"

[measures.median_approval_days]
label = { en = "Median days to the approval", "zh-CN" = "审批天数中位数" }
description = "Middle value of the days from the end of a step to its approval."
unit = "days"
additivity = "none"
aggregate = "median"
column = "approval_days"

[measures.onboarded_customer_count]
label = { en = "Customers in onboarding", "zh-CN" = "准入客户数" }
description = "How many different customers have steps."
additivity = "distinct"
column = "known_customer_id"
---*/

select
    steps.local_customer_id,
    steps.step_number,
    steps.step_name,
    steps.step_status,
    steps.owner_id,
    steps.approver_id,
    steps.period_id,
    periods.fiscal_quarter,
    steps.entity_id,
    steps.business_unit_id,
    steps.customer_id,
    case when steps.customer_id <> 'unassigned' then steps.customer_id end
        as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, steps.customer_id) as customer_group_id,
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
    steps.work_days,
    steps.approval_days,
    case when steps.is_open then 1 else 0 end as open_count,
    case when steps.is_awaiting_approval then 1 else 0 end as awaiting_count,
    case when steps.work_days is not null then 1 else 0 end as finished_count,
    steps.is_open,
    steps.started_on
from marts.fct_onboarding_steps as steps
left join marts.dim_customers as customers
    on customers.customer_id = steps.customer_id
    and customers.version_number = steps.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = steps.period_id
