/*---
description = "What happened in a case: time by its events, visits, waiting, and work done again."
grain       = ["case_id"]

[columns]
case_id = "Number of the case, as its events, states or later cases name it."
event_count = "Events of the case."
event_minutes = "Working minutes that the case's events record, without travel."
travel_minutes = "Minutes of travel that the case's events record."
visit_count = "Visits to the customer."
reply_count = "Answers to the customer."
reopened_count = "Times that the case was opened again."
technician_count = "Employees who replied, visited or closed."
waiting_minutes = "Whole minutes in status 'waiting', as far as they are over."
rework_count = "Later cases that name this one as not solved for good."
last_event_at = "When the latest event happened (UTC)."
---*/

with events as (
    select
        case_id,
        count(*) as event_count,
        sum(coalesce(event_minutes, 0)) as event_minutes,
        sum(coalesce(travel_minutes, 0)) as travel_minutes,
        sum(case when event_kind = 'visit' then 1 else 0 end) as visit_count,
        sum(case when event_kind = 'reply' then 1 else 0 end) as reply_count,
        sum(case when event_kind = 'reopened' then 1 else 0 end) as reopened_count,
        max(happened_at) as last_event_at
    from staging.stg_service__case_events
    group by case_id
),

technicians as (
    select distinct case_id, employee_id
    from staging.stg_service__case_events
    where event_kind in ('reply', 'visit', 'closed') and employee_id is not null
),

technician_counts as (
    select case_id, count(*) as technician_count
    from technicians
    group by case_id
),

waiting as (
    select
        case_id,
        sum(
            case when case_status = 'waiting' and valid_to_at is not null
                then (to_unixtime(valid_to_at) - to_unixtime(changed_at)) / 60
                else 0
            end
        ) as waiting_minutes
    from staging.stg_service__cases_history
    group by case_id
),

rework as (
    select reworked_case_id as case_id, count(*) as rework_count
    from staging.stg_service__cases
    where reworked_case_id is not null
    group by reworked_case_id
),

known_cases as (
    select case_id from events
    union
    select case_id from waiting
    union
    select case_id from rework
)

select
    known_cases.case_id,
    coalesce(events.event_count, 0) as event_count,
    coalesce(events.event_minutes, 0) as event_minutes,
    coalesce(events.travel_minutes, 0) as travel_minutes,
    coalesce(events.visit_count, 0) as visit_count,
    coalesce(events.reply_count, 0) as reply_count,
    coalesce(events.reopened_count, 0) as reopened_count,
    coalesce(technician_counts.technician_count, 0) as technician_count,
    coalesce(waiting.waiting_minutes, 0) as waiting_minutes,
    coalesce(rework.rework_count, 0) as rework_count,
    events.last_event_at
from known_cases
left join events on events.case_id = known_cases.case_id
left join technician_counts on technician_counts.case_id = known_cases.case_id
left join waiting on waiting.case_id = known_cases.case_id
left join rework on rework.case_id = known_cases.case_id
