-- Cases as their newest row has them, with what was done for them.
with newest as (
    select * from feeds.service_cases
    qualify row_number() over (partition by case_id order by changed_at desc) = 1
),

done as (
    select
        case_id,
        sum(event_minutes::bigint) as event_minutes,
        sum(travel_minutes::bigint) as travel_minutes,
        count(*) filter (event_kind = 'visit') as visit_count,
        count(*) filter (event_kind = 'reply') as reply_count,
        count(*) filter (event_kind = 'reopened') as reopened_count
    from feeds.service_case_events
    group by case_id
)

select
    c.case_id,
    shanghai(c.opened_at) as opened_on,
    shanghai(c.closed_at) as closed_on,
    instant(c.opened_at) as opened_at,
    w.entity_id,
    w.business_unit_id,
    c.technician_id,
    customer_of('service', c.service_customer_id) as customer_id,
    c.sku as product_id,
    c.case_status,
    c.case_kind,
    c.case_channel,
    c.case_cause,
    c.case_priority::bigint as case_priority,
    coalesce(k.service_level, 'none') as service_level,
    (c.case_status <> 'closed')::bigint as open_count,
    (c.case_status = 'closed')::bigint as closed_count,
    (c.closed_at is not null and c.closed_at <= c.due_at)::bigint as due_met_count,
    (c.closed_at is not null)::bigint as due_known_count,
    coalesce(
        instant(c.first_response_at) - instant(c.opened_at)
        <= k.response_hours::int * interval 1 hour, false
    )::bigint as response_met_count,
    (c.first_response_at is not null and k.response_hours is not null)::bigint
        as response_known_count,
    coalesce(c.is_first_time_fix::boolean, false)::bigint as first_fix_count,
    (c.is_first_time_fix is not null)::bigint as first_fix_known_count,
    (c.reworked_case_id is not null)::bigint as rework_case_count,
    c.work_minutes::bigint as work_minutes,
    coalesce(d.event_minutes, 0)::bigint as event_minutes,
    coalesce(d.travel_minutes, 0)::bigint as travel_minutes,
    (epoch(instant(c.closed_at)) - epoch(instant(c.opened_at)))::bigint // 60
        as resolution_minutes,
    coalesce(d.visit_count, 0) as visit_count,
    coalesce(d.reply_count, 0) as reply_count,
    coalesce(d.reopened_count, 0) as reopened_count,
    c.case_status <> 'closed' as is_open,
    coalesce(c.is_avoidable::boolean, false) as is_avoidable,
    c.service_contract_id is not null as has_contract
from newest as c
left join feeds.service_contracts as k using (service_contract_id)
left join done as d using (case_id)
left join workers as w on w.employee_id = c.technician_id
