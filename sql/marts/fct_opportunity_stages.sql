/*---
description = "Stages that opportunities entered, one row a step, with the days until the next."
grain       = ["opportunity_id", "step_number"]

[columns]
source_system = "Department whose customer number the opportunity bears: always 'sales'."
customer_id = "Matched customer; 'unassigned' where number or opportunity is unknown."
entity_id = "Legal entity of who had the opportunity at this step; null without one."
business_unit_id = "Business unit of who had it at this step, as employees are listed now."
next_stage = "Stage of the next step; null at the latest step."
visit_number = "1 when the opportunity is in this stage for the first time, 2 the second time ..."
stage_days = "Days from entering the stage to entering the next; null at the latest step."
is_latest = "Whether no later step is known."
is_step_back = "Whether the stage lies before that of the step before."
entered_on = "Day on which the stage was entered, in the project's time zone."
left_at = "When the next stage was entered (UTC); null at the latest step."
left_on = "Day on which the next stage was entered, in the project's time zone."

[checks]
not_null = ["source_system", "customer_id"]
---*/

with ordered_steps as (
    select
        steps.*,
        case steps.opportunity_stage
            when 'lead' then 1
            when 'qualified' then 2
            when 'proposal' then 3
            when 'negotiation' then 4
            else 5
        end as stage_rank,
        local_date(steps.entered_at, project.time_zone) as entered_on
    from staging.stg_sales__opportunity_stages as steps
    cross join patron.project as project
),

neighbouring_steps as (
    select
        *,
        lag(stage_rank) over steps_in_order as rank_before,
        lead(opportunity_stage) over steps_in_order as next_stage,
        lead(entered_at) over steps_in_order as left_at,
        lead(entered_on) over steps_in_order as left_on,
        row_number() over (
            partition by opportunity_id, opportunity_stage order by step_number
        ) as visit_number
    from ordered_steps
    window steps_in_order as (partition by opportunity_id order by step_number)
)

select
    steps.opportunity_id,
    steps.step_number,
    'sales' as source_system,
    opportunities.customer_id as local_customer_id,
    coalesce(numbers.customer_id, 'unassigned') as customer_id,
    customers.version_number as customer_version_number,
    steps.owner_id,
    owners.entity_id,
    owners.business_unit_id,
    dates.period_id,
    steps.opportunity_stage,
    steps.next_stage,
    steps.visit_number,
    steps.left_on - steps.entered_on as stage_days,
    steps.next_stage is null as is_latest,
    coalesce(steps.stage_rank < steps.rank_before, false) as is_step_back,
    steps.entered_on,
    steps.left_on,
    steps.entered_at,
    steps.left_at
from neighbouring_steps as steps
left join staging.stg_sales__opportunities as opportunities
    on opportunities.opportunity_id = steps.opportunity_id
left join intermediate.int_customer_numbers as numbers
    on numbers.source_system = 'sales'
    and numbers.local_id = opportunities.customer_id
left join staging.stg_staff__employees as owners
    on owners.employee_id = steps.owner_id
left join marts.dim_customers as customers
    on customers.customer_id = coalesce(numbers.customer_id, 'unassigned')
    and (customers.valid_from_on is null or customers.valid_from_on <= steps.entered_on)
    and (customers.valid_to_on is null or steps.entered_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = steps.entered_on
