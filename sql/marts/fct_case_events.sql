/*---
description = "Steps of service cases with the time each took, and whether the customer took part."
grain       = ["event_id"]
month       = "happened_at"

[inputs]
"staging.stg_service__case_events" = "same_month"
"staging.stg_service__cases" = { key = "case_id" }
"staging.stg_staff__employees" = { key = "employee_id" }
"intermediate.int_customer_numbers" = { key = ["source_system", "local_id"], as = [
    ["source_system", "local_customer_id"],
] }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_dates" = { key = "date_on", as = ["happened_on"] }

[columns]
source_system = "Department whose customer number the case bears: always 'service'."
customer_id = "Matched customer; 'unassigned' where the number, or the case, is unknown."
entity_id = "Legal entity of the employee; null without one."
business_unit_id = "Business unit of the employee as employees are listed now."
event_direction = """'inbound' where the customer came (created, reopened), 'outbound' where we \
did (reply, visit); null for steps within the house."""
event_channel = "'visit' for visits, else the channel of the case; null for steps within the house."
total_minutes = "Minutes of work and travel together; null minutes count as 0."
is_contact = "Whether the step is a contact with the customer."
happened_on = "Day of the step in the project's time zone, by which it is accounted for."

[checks]
not_null = ["source_system", "customer_id", "is_contact"]
relationships = [
    { columns = ["case_id"], to = "marts.fct_service_cases", key = [
        "case_id",
    ], severity = "warning" },
]
---*/

with dated_events as (
    select
        events.*,
        cases.service_customer_id as local_customer_id,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        cases.product_id,
        cases.case_kind,
        cases.case_cause,
        cases.case_channel,
        case
            when events.event_kind in ('created', 'reopened') then 'inbound'
            when events.event_kind in ('reply', 'visit') then 'outbound'
        end as event_direction,
        local_date(events.happened_at, project.time_zone) as happened_on
    from staging.stg_service__case_events as events
    cross join patron.project as project
    left join staging.stg_service__cases as cases
        on cases.case_id = events.case_id
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'service'
        and numbers.local_id = cases.service_customer_id
)

select
    events.event_id,
    events.case_id,
    'service' as source_system,
    events.local_customer_id,
    events.customer_id,
    customers.version_number as customer_version_number,
    events.product_id,
    events.employee_id,
    employees.entity_id,
    employees.business_unit_id,
    dates.period_id,
    events.event_kind,
    events.event_direction,
    case
        when events.event_kind = 'visit' then 'visit'
        when events.event_direction is not null then events.case_channel
    end as event_channel,
    events.event_note,
    events.case_kind,
    events.case_cause,
    events.event_minutes,
    events.travel_minutes,
    coalesce(events.event_minutes, 0) + coalesce(events.travel_minutes, 0) as total_minutes,
    events.event_direction is not null as is_contact,
    events.happened_on,
    events.happened_at
from dated_events as events
left join staging.stg_staff__employees as employees
    on employees.employee_id = events.employee_id
left join marts.dim_customers as customers
    on customers.customer_id = events.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= events.happened_on)
    and (customers.valid_to_on is null or events.happened_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = events.happened_on
