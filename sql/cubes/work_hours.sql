/*---
description = "What employees worked at and for whom, by time sheets, in minutes."
label = { en = "Work hours", "zh-CN" = "工时" }
grain = ["timesheet_id"]
time = "worked_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.worked_on]
description = "Day on which somebody worked."
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

[dimensions.campaign_id]
shared = "campaign_id"

[dimensions.timesheet_id]
label = { en = "Time sheet", "zh-CN" = "工时单" }
description = "Number of the time sheet."

[dimensions.employee_id]
label = { en = "Employee", "zh-CN" = "员工" }
description = "Who worked."

[dimensions.cost_centre_id]
label = { en = "Cost centre", "zh-CN" = "成本中心" }
description = "Cost centre of the employee."

[dimensions.work_kind]
label = { en = "Kind of work", "zh-CN" = "工作类型" }
description = "What the time was for, as a visit or work on a case."

[dimensions.case_id]
label = { en = "Case", "zh-CN" = "服务单" }
description = "Case that was worked on; null without one."

[dimensions.opportunity_id]
label = { en = "Opportunity", "zh-CN" = "商机" }
description = "Opportunity that was worked on; null without one."

[dimensions.lead_id]
label = { en = "Lead", "zh-CN" = "线索" }
description = "Lead that was worked on; null without one."

[hierarchies.work]
label = { en = "Kinds of work", "zh-CN" = "工作类型" }
levels = ["work_kind", "employee_id"]

[hierarchies.staff]
label = { en = "Employees", "zh-CN" = "员工" }
levels = ["entity_id", "cost_centre_id", "employee_id"]

[segments.work_for_customers]
label = { en = "For customers", "zh-CN" = "为客户" }
description = "Sheets that name whom they served."
column = "is_customer_work"

[measures.worked_minutes]
label = { en = "Minutes worked", "zh-CN" = "工作分钟" }
description = "Minutes of work without those of the road."
unit = "minutes"
additivity = "additive"
column = "worked_minutes"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.road_minutes]
label = { en = "Minutes on the road", "zh-CN" = "路途分钟" }
description = "Minutes of the road to the work."
unit = "minutes"
additivity = "additive"
column = "travel_minutes"

[measures.spent_minutes]
label = { en = "Minutes in all", "zh-CN" = "总分钟" }
description = "Minutes of work and of the road."
unit = "minutes"
additivity = "additive"
column = "total_minutes"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.planned_work_minutes]
label = { en = "Minutes planned", "zh-CN" = "计划分钟" }
description = "Minutes that were planned, where somebody planned them."
unit = "minutes"
additivity = "additive"
column = "planned_minutes"

[measures.worked_planned_minutes]
label = { en = "Minutes worked of plans", "zh-CN" = "计划内工作分钟" }
description = "Minutes worked of sheets that have a plan."
unit = "minutes"
additivity = "additive"
column = "worked_planned_minutes"

[measures.plan_use_ratio]
label = { en = "Work over plan", "zh-CN" = "计划使用率" }
description = "Minutes worked over minutes planned, of sheets that have a plan."
unit = "ratio"
additivity = "ratio"
numerator = "worked_planned_minutes"
denominator = "planned_work_minutes"

[measures.customer_work_minutes]
label = { en = "Minutes for customers", "zh-CN" = "客户工时分钟" }
description = "Minutes in all of sheets that name whom they served."
unit = "minutes"
additivity = "additive"
column = "customer_minutes"

[measures.customer_work_ratio]
label = { en = "Share for customers", "zh-CN" = "客户工时占比" }
description = "Minutes for customers over minutes in all."
unit = "ratio"
additivity = "ratio"
numerator = "customer_work_minutes"
denominator = "spent_minutes"

[measures.timesheet_count]
label = { en = "Time sheets", "zh-CN" = "工时单数" }
description = "How many time sheets there are."
additivity = "additive"
aggregate = "count"

[measures.working_employee_count]
label = { en = "Employees who worked", "zh-CN" = "工作员工数" }
description = "How many different employees wrote time sheets."
additivity = "distinct"
column = "employee_id"

[measures.worked_customer_count]
label = { en = "Customers worked for", "zh-CN" = "服务客户数" }
description = "How many different known customers somebody worked for."
additivity = "distinct"
column = "known_customer_id"
---*/

select
    sheets.timesheet_id,
    sheets.period_id,
    periods.fiscal_quarter,
    sheets.entity_id,
    sheets.business_unit_id,
    sheets.cost_centre_id,
    sheets.employee_id,
    sheets.work_kind,
    sheets.case_id,
    sheets.opportunity_id,
    sheets.lead_id,
    sheets.campaign_id,
    sheets.customer_id,
    case when sheets.customer_id <> 'unassigned' then sheets.customer_id end
        as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, sheets.customer_id) as customer_group_id,
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
    sheets.worked_minutes,
    sheets.travel_minutes,
    sheets.total_minutes,
    sheets.planned_minutes,
    case when sheets.planned_minutes is not null then sheets.worked_minutes end
        as worked_planned_minutes,
    case when sheets.is_customer_work then sheets.total_minutes else 0 end as customer_minutes,
    sheets.is_customer_work,
    sheets.worked_on
from marts.fct_work_hours as sheets
left join marts.dim_customers as customers
    on customers.customer_id = sheets.customer_id
    and customers.version_number = sheets.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = sheets.period_id
