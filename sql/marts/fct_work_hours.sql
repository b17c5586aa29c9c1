/*---
description = "Time sheets, one row a sheet: who worked how many minutes at what and for whom."
grain       = ["timesheet_id"]
month       = "worked_on"

[inputs]
"staging.stg_staff__work_hours" = "same_month"
"marts.dim_employees" = { key = "employee_id" }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_dates" = { key = "date_on", as = ["worked_on"] }

[inputs."intermediate.int_customer_numbers"]
key = ["source_system", "local_id"]
as = [["source_system", "local_customer_id"]]

[columns]
entity_id = "Legal entity of the employee."
period_id = "Regular accounting period of the day."
business_unit_id = "Unit of the employee."
cost_centre_id = "Cost centre of the employee."
customer_id = "Customer who was served; 'unassigned' where the sheet names none or nobody known."
local_customer_id = """Number of the customer in sales, else of the lead in marketing; null where \
the sheet names neither."""
source_system = "Where that number is from: sales or marketing_lead."
customer_version_number = "Version of the customer that is valid on the day."
total_minutes = "Minutes of work and those of the road to it."
is_customer_work = "Whether the sheet names whom it served: a customer or a lead."

[checks]
not_null = ["worked_minutes"]

[[checks.relationships]]
columns = ["employee_id"]
to = "marts.dim_employees"
key = ["employee_id"]
severity = "warning"

[[checks.relationships]]
columns = ["period_id"]
to = "marts.dim_periods"
key = ["period_id"]
severity = "warning"
---*/

with sheets as (
    select
        timesheet_id,
        employee_id,
        coalesce(customer_id, lead_id) as local_customer_id,
        lead_id,
        opportunity_id,
        case_id,
        campaign_id,
        case
            when customer_id is not null then 'sales'
            when lead_id is not null then 'marketing_lead'
        end as source_system,
        work_kind,
        planned_minutes,
        worked_minutes,
        travel_minutes,
        worked_on
    from staging.stg_staff__work_hours
),

served_customers as (
    select
        sheets.*,
        coalesce(numbers.customer_id, 'unassigned') as customer_id
    from sheets
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = sheets.source_system
        and numbers.local_id = sheets.local_customer_id
)

select
    served.timesheet_id,
    employees.entity_id,
    dates.period_id,
    employees.business_unit_id,
    employees.cost_centre_id,
    served.employee_id,
    served.customer_id,
    served.local_customer_id,
    served.lead_id,
    served.opportunity_id,
    served.case_id,
    served.campaign_id,
    served.source_system,
    served.work_kind,
    customers.version_number as customer_version_number,
    served.planned_minutes,
    served.worked_minutes,
    served.travel_minutes,
    served.worked_minutes + coalesce(served.travel_minutes, 0) as total_minutes,
    served.local_customer_id is not null as is_customer_work,
    served.worked_on
from served_customers as served
left join marts.dim_employees as employees
    on employees.employee_id = served.employee_id
left join marts.dim_dates as dates
    on dates.date_on = served.worked_on
left join marts.dim_customers as customers
    on customers.customer_id = served.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= served.worked_on)
    and (customers.valid_to_on is null or served.worked_on < customers.valid_to_on)
