/*---
description = "Steps by which new customers are qualified, with the days each took."
grain       = ["local_customer_id", "step_number"]

[columns]
source_system = "Department whose customer number the step bears: always 'sales'."
local_customer_id = "Number of the customer in sales."
customer_id = "Matched customer; 'unassigned' where the number is unknown."
customer_version_number = "Version of the customer on the day on which the step began."
entity_id = "Legal entity of the owner; null without one."
business_unit_id = "Business unit of the owner as employees are listed now; null without one."
work_days = "Days from beginning to end of the step; null while it goes on."
approval_days = "Days from the end of the step to its approval; null without approval."
is_open = "Whether the step is neither finished, approved nor rejected."
is_awaiting_approval = "Whether the step waits for an approval."

[checks]
not_null = ["source_system", "customer_id", "is_open"]
expressions = [
    { name = "finishes_after_start", sql = "finished_on >= started_on", severity = "warning" },
]
---*/

with matched_steps as (
    select
        steps.*,
        coalesce(numbers.customer_id, 'unassigned') as matched_customer_id,
        owners.entity_id,
        owners.business_unit_id
    from staging.stg_inputs__onboarding_steps as steps
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'sales'
        and numbers.local_id = steps.customer_id
    left join staging.stg_staff__employees as owners
        on owners.employee_id = steps.owner_id
)

select
    'sales' as source_system,
    steps.customer_id as local_customer_id,
    steps.step_number,
    steps.matched_customer_id as customer_id,
    customers.version_number as customer_version_number,
    steps.owner_id,
    steps.approver_id,
    steps.entity_id,
    steps.business_unit_id,
    dates.period_id,
    steps.step_name,
    steps.step_status,
    steps.finished_on - steps.started_on as work_days,
    steps.approved_on - steps.finished_on as approval_days,
    coalesce(steps.step_status not in ('done', 'approved', 'rejected'), true) as is_open,
    coalesce(steps.step_status = 'waiting_for_approval', false) as is_awaiting_approval,
    steps.started_on,
    steps.finished_on,
    steps.approved_on
from matched_steps as steps
left join marts.dim_customers as customers
    on customers.customer_id = steps.matched_customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= steps.started_on)
    and (customers.valid_to_on is null or steps.started_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = steps.started_on
