/*---
description = """Working time that employees have to offer, one row a period and employee, in \
minutes."""
grain       = ["period_id", "employee_id"]

[columns]
entity_id = "Legal entity of the cost centre, else of the employee."
business_unit_id = "Unit of the cost centre, else of the employee."
cost_centre_id = "Cost centre that bears the time, else the employee's own."
cost_function = "What the cost centre does, by which its cost is pooled."
unavailable_minutes = "Contracted less practical minutes: leave, illness, meetings and breaks."
starts_on = "First day of the period; null where the period is not known."
ends_on = "Last day of the period; null where the period is not known."

[checks]
not_null = ["contracted_minutes", "practical_minutes"]

[[checks.expressions]]
name = "practical_is_part_of_contracted"
sql = "practical_minutes <= contracted_minutes"
severity = "warning"

[[checks.relationships]]
columns = ["period_id"]
to = "marts.dim_periods"
key = ["period_id"]
severity = "warning"

[[checks.relationships]]
columns = ["employee_id"]
to = "marts.dim_employees"
key = ["employee_id"]
severity = "warning"
---*/

with capacity as (
    select
        offered.period_id,
        offered.employee_id,
        coalesce(offered.cost_centre_id, employees.cost_centre_id) as cost_centre_id,
        employees.entity_id,
        employees.business_unit_id,
        offered.contracted_minutes,
        offered.practical_minutes
    from staging.stg_staff__capacity as offered
    left join marts.dim_employees as employees
        on employees.employee_id = offered.employee_id
)

select
    capacity.period_id,
    coalesce(cost_centres.entity_id, capacity.entity_id) as entity_id,
    coalesce(cost_centres.business_unit_id, capacity.business_unit_id) as business_unit_id,
    capacity.employee_id,
    capacity.cost_centre_id,
    cost_centres.cost_function,
    capacity.contracted_minutes,
    capacity.practical_minutes,
    capacity.contracted_minutes - capacity.practical_minutes as unavailable_minutes,
    periods.starts_on,
    periods.ends_on
from capacity
left join marts.dim_cost_centres as cost_centres
    on cost_centres.cost_centre_id = capacity.cost_centre_id
left join marts.dim_periods as periods
    on periods.period_id = capacity.period_id
