/*---
description = "Service cases with cause, time spent, technician and the agreed level of service."
grain       = ["case_id"]
month       = "opened_at"

[inputs]
"staging.stg_service__cases" = "same_month"
"staging.stg_service__contracts" = { key = "service_contract_id" }
"staging.stg_staff__employees" = { key = "employee_id", as = ["technician_id"] }
"intermediate.int_cases_worked" = { key = "case_id" }
"intermediate.int_customer_numbers" = { key = ["source_system", "local_id"], as = [
    ["source_system", "local_customer_id"],
] }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_dates" = { key = "date_on", as = ["opened_on"] }

[columns]
source_system = "Department whose customer number the case bears: always 'service'."
customer_id = "Matched customer; 'unassigned' where the number matches nobody."
entity_id = "Legal entity of the technician; null without one."
business_unit_id = "Business unit of the technician as employees are listed now."
service_level = "Level of the contract under which the work is done; 'none' without a contract."
event_minutes = "Working minutes by the case's events, without travel; 0 without events."
travel_minutes = "Minutes of travel by the case's events; 0 without events."
event_count = "Events of the case; 0 where none is known."
visit_count = "Visits to the customer; 0 where none is known."
reply_count = "Answers to the customer; 0 where none is known."
reopened_count = "Times that the case was opened again."
rework_count = "Later cases that name this one as not solved for good."
waiting_minutes = "Whole minutes in status 'waiting', as far as they are over."
response_minutes = "Whole minutes from opening to the first response; null without response."
resolution_minutes = "Whole minutes from opening to closing; null while open."
open_days = "Days from opening to closing, by the project's days; null while open."
is_open = "Whether the case is in any status but 'closed'."
is_due_met = """Whether it was closed when it was due, or before; null while open or without due \
time."""
is_response_met = """Whether the first response came within the contract's hours; null without \
response or without agreed hours."""
is_rework = "Whether it takes up an earlier case that was not solved for good."
is_reopened = "Whether it was opened again at least once."
opened_on = "Day of opening in the project's time zone, by which it is accounted for."
closed_on = "Day of closing in the project's time zone; null while open."
due_on = "Day on which it is due in the project's time zone."

[checks]
not_null = ["source_system", "customer_id", "is_open"]
relationships = [
    { columns = ["product_id"], to = "marts.dim_products", key = [
        "product_id",
    ], severity = "warning" },
]
expressions = [
    { name = "closes_later", sql = "closed_at >= opened_at", severity = "warning" },
    { name = "responds_later", sql = "first_response_at >= opened_at", severity = "warning" },
    { name = "closed_has_time", sql = "is_open or closed_at is not null", severity = "warning" },
]
---*/

with dated_cases as (
    select
        cases.*,
        cases.case_status <> 'closed' as is_open,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        local_date(cases.opened_at, project.time_zone) as opened_on,
        local_date(cases.closed_at, project.time_zone) as closed_on,
        local_date(cases.due_at, project.time_zone) as due_on,
        to_unixtime(cases.first_response_at) - to_unixtime(cases.opened_at) as response_seconds,
        to_unixtime(cases.closed_at) - to_unixtime(cases.opened_at) as resolution_seconds
    from staging.stg_service__cases as cases
    cross join patron.project as project
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'service'
        and numbers.local_id = cases.service_customer_id
)

select
    cases.case_id,
    'service' as source_system,
    cases.service_customer_id as local_customer_id,
    cases.customer_id,
    customers.version_number as customer_version_number,
    cases.product_id,
    cases.order_id,
    cases.service_contract_id,
    cases.reworked_case_id,
    cases.technician_id,
    technicians.entity_id,
    technicians.business_unit_id,
    dates.period_id,
    cases.case_status,
    cases.case_kind,
    cases.case_channel,
    cases.case_subject,
    cases.case_cause,
    cases.case_resolution,
    coalesce(contracts.service_level, 'none') as service_level,
    cases.case_priority,
    cases.work_minutes,
    coalesce(worked.event_minutes, 0) as event_minutes,
    coalesce(worked.travel_minutes, 0) as travel_minutes,
    coalesce(worked.waiting_minutes, 0) as waiting_minutes,
    cases.response_seconds / 60 as response_minutes,
    case when not cases.is_open then cases.resolution_seconds / 60 end as resolution_minutes,
    coalesce(worked.event_count, 0) as event_count,
    coalesce(worked.visit_count, 0) as visit_count,
    coalesce(worked.reply_count, 0) as reply_count,
    coalesce(worked.reopened_count, 0) as reopened_count,
    coalesce(worked.rework_count, 0) as rework_count,
    contracts.response_hours,
    contracts.resolution_hours,
    case when not cases.is_open then cases.closed_on - cases.opened_on end as open_days,
    cases.is_open,
    cases.is_avoidable,
    cases.is_billable,
    cases.is_first_time_fix,
    case when not cases.is_open then cases.closed_at <= cases.due_at end as is_due_met,
    cases.response_seconds <= contracts.response_hours * 3600 as is_response_met,
    cases.reworked_case_id is not null as is_rework,
    coalesce(worked.reopened_count, 0) > 0 as is_reopened,
    cases.is_stale,
    cases.opened_on,
    cases.closed_on,
    cases.due_on,
    cases.opened_at,
    cases.first_response_at,
    cases.due_at,
    cases.closed_at,
    worked.last_event_at,
    cases.changed_at
from dated_cases as cases
left join staging.stg_service__contracts as contracts
    on contracts.service_contract_id = cases.service_contract_id
left join staging.stg_staff__employees as technicians
    on technicians.employee_id = cases.technician_id
left join intermediate.int_cases_worked as worked
    on worked.case_id = cases.case_id
left join marts.dim_customers as customers
    on customers.customer_id = cases.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= cases.opened_on)
    and (customers.valid_to_on is null or cases.opened_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = cases.opened_on
