/*---
description = "Working time that employees have to offer, in minutes, a row a period and employee."
label = { en = "Capacity", "zh-CN" = "产能" }
grain = ["period_id", "employee_id"]
time = "starts_on"
views = ["company"]

[dimensions.starts_on]
description = "Day on which the period begins."
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

[dimensions.employee_id]
label = { en = "Employee", "zh-CN" = "员工" }
description = "Whose time it is."

[dimensions.cost_centre_id]
label = { en = "Cost centre", "zh-CN" = "成本中心" }
description = "Cost centre that bears the time."

[dimensions.cost_function]
label = { en = "Function", "zh-CN" = "职能" }
description = "What the cost centre does, by which its cost is pooled."

[hierarchies.functions]
label = { en = "Functions", "zh-CN" = "职能" }
levels = ["cost_function", "cost_centre_id", "employee_id"]

[measures.contracted_minutes]
label = { en = "Contracted minutes", "zh-CN" = "合同分钟" }
description = "Minutes that contracts name."
unit = "minutes"
additivity = "additive"
column = "contracted_minutes"

[measures.practical_minutes]
label = { en = "Practical minutes", "zh-CN" = "实际可用分钟" }
description = "Minutes without leave, illness, meetings and breaks."
unit = "minutes"
additivity = "additive"
column = "practical_minutes"
over_time = ["previous_period", "year_before", "fiscal_year_to_date"]

[measures.unavailable_minutes]
label = { en = "Minutes not available", "zh-CN" = "不可用分钟" }
description = "Contracted less practical minutes."
unit = "minutes"
additivity = "additive"
column = "unavailable_minutes"

[measures.practical_ratio]
label = { en = "Practical share", "zh-CN" = "可用率" }
description = "Practical over contracted minutes."
unit = "ratio"
additivity = "ratio"
numerator = "practical_minutes"
denominator = "contracted_minutes"

[measures.available_employee_count]
label = { en = "Employees", "zh-CN" = "员工数" }
description = "How many different employees have time to offer."
additivity = "distinct"
column = "employee_id"

[measures.capacity_per_employee_minutes]
label = { en = "Practical minutes of an employee", "zh-CN" = "人均可用分钟" }
description = "Practical minutes over employees."
unit = "minutes"
additivity = "ratio"
numerator = "practical_minutes"
denominator = "available_employee_count"
---*/

select
    capacity.period_id,
    periods.fiscal_quarter,
    capacity.entity_id,
    capacity.business_unit_id,
    capacity.employee_id,
    capacity.cost_centre_id,
    capacity.cost_function,
    periods.fiscal_year,
    capacity.contracted_minutes,
    capacity.practical_minutes,
    capacity.unavailable_minutes,
    capacity.starts_on
from marts.fct_capacity as capacity
left join marts.dim_periods as periods
    on periods.period_id = capacity.period_id
