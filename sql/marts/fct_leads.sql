/*---
description = "Prospects with the days on which they reached each stage and the work spent on them."
grain       = ["lead_id"]

[columns]
source_system = "Whose number the prospect is matched by: always 'marketing_lead'."
local_customer_id = "Number of the prospect, by which it is matched."
customer_id = "Matched customer: the one that it became, or was; 'unassigned' if it is none."
entity_id = "Legal entity of the owner; null without one."
business_unit_id = "Business unit of the owner as employees are listed now; null without one."
furthest_stage = "Last stage before won or lost that the prospect reached."
booked_minutes = "Minutes, without travel, that time sheets book on the prospect."
travel_minutes = "Minutes of travel that time sheets book on the prospect."
change_count = "States of the prospect that are known."
cycle_days = "Days from creation to won or lost; null while open."
is_open = "Whether the prospect is neither won nor lost."
is_won = "Whether it was won; null while open."
is_worked = "Whether anybody turned to it: it left stage 'new' alive, or time sheets name it."
is_from_event = "Whether an event brought it."
contacted_on = "Day on which it first left stage 'new' alive, in the project's time zone."
qualified_on = "Day on which it first reached 'qualified' or more, in the project's time zone."
proposal_on = "Day on which it first reached 'proposal' or more, in the project's time zone."
won_on = "Day on which it was first won, in the project's time zone."
lost_on = "Day on which it was last lost, in the project's time zone; null unless lost now."
closed_on = "Day on which it was won or lost, in the project's time zone; null while open."

[checks]
not_null = ["source_system", "customer_id", "is_open"]
expressions = [
    { name = "closes_after_creation", sql = "closed_on >= created_on", severity = "warning" },
]
---*/

with states as (
    select
        history.*,
        case history.lead_stage
            when 'new' then 1
            when 'contacted' then 2
            when 'qualified' then 3
            when 'proposal' then 4
            when 'won' then 5
        end as stage_rank,
        local_date(history.changed_at, project.time_zone) as changed_on
    from staging.stg_marketing__leads_history as history
    cross join patron.project as project
),

-- A stage that was skipped counts as reached on the day on which a later one was.
stage_days as (
    select
        lead_id,
        count(*) as change_count,
        max(case when stage_rank <= 4 then stage_rank end) as furthest_rank,
        min(case when stage_rank >= 2 then changed_on end) as contacted_on,
        min(case when stage_rank >= 3 then changed_on end) as qualified_on,
        min(case when stage_rank >= 4 then changed_on end) as proposal_on,
        min(case when lead_stage = 'won' then changed_on end) as won_on,
        max(case when lead_stage = 'lost' then changed_on end) as lost_on
    from states
    group by lead_id
),

booked_work as (
    select
        lead_id,
        sum(worked_minutes) as booked_minutes,
        sum(coalesce(travel_minutes, 0)) as travel_minutes
    from staging.stg_staff__work_hours
    where lead_id is not null
    group by lead_id
),

prospects as (
    select
        leads.*,
        coalesce(numbers.customer_id, 'unassigned') as matched_customer_id,
        leads.lead_stage not in ('won', 'lost') as is_open,
        days.change_count,
        days.furthest_rank,
        days.contacted_on,
        days.qualified_on,
        days.proposal_on,
        case when leads.lead_stage = 'won' then days.won_on end as won_on,
        case when leads.lead_stage = 'lost' then days.lost_on end as lost_on
    from staging.stg_marketing__leads as leads
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'marketing_lead'
        and numbers.local_id = leads.lead_id
    left join stage_days as days
        on days.lead_id = leads.lead_id
)

select
    leads.lead_id,
    'marketing_lead' as source_system,
    leads.lead_id as local_customer_id,
    leads.matched_customer_id as customer_id,
    customers.version_number as customer_version_number,
    leads.customer_id as sales_customer_id,
    leads.campaign_id,
    leads.event_id,
    leads.owner_id,
    owners.entity_id,
    owners.business_unit_id,
    dates.period_id,
    leads.company_name,
    leads.city,
    leads.industry,
    leads.company_size,
    leads.lead_source,
    leads.lead_stage,
    case leads.furthest_rank
        when 1 then 'new'
        when 2 then 'contacted'
        when 3 then 'qualified'
        when 4 then 'proposal'
    end as furthest_stage,
    leads.lead_score,
    leads.worked_hours,
    coalesce(work.booked_minutes, 0) as booked_minutes,
    coalesce(work.travel_minutes, 0) as travel_minutes,
    coalesce(leads.change_count, 0) as change_count,
    coalesce(leads.won_on, leads.lost_on) - leads.created_on as cycle_days,
    leads.is_open,
    case when not leads.is_open then leads.lead_stage = 'won' end as is_won,
    leads.contacted_on is not null or coalesce(work.booked_minutes, 0) > 0 as is_worked,
    leads.event_id is not null as is_from_event,
    leads.created_on,
    leads.contacted_on,
    leads.qualified_on,
    leads.proposal_on,
    leads.won_on,
    leads.lost_on,
    coalesce(leads.won_on, leads.lost_on) as closed_on,
    leads.changed_at
from prospects as leads
left join booked_work as work
    on work.lead_id = leads.lead_id
left join staging.stg_staff__employees as owners
    on owners.employee_id = leads.owner_id
left join marts.dim_customers as customers
    on customers.customer_id = leads.matched_customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= leads.created_on)
    and (customers.valid_to_on is null or leads.created_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = leads.created_on
