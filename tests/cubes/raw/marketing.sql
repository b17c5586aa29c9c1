-- Talks, mailings, what service heard and did, and promises.
with touches as (
    select 'sales_touch' as touch_source, touch_id, 'sales' as department, customer_id as number,
        employee_id, campaign_id, touch_channel, touch_direction, touch_purpose,
        null as touch_outcome, null as promise_status, touch_minutes::bigint as touch_minutes,
        null::bigint as travel_minutes, true as is_contact, shanghai(happened_at) as happened_on
    from feeds.sales_touches
    union all
    select 'mailing', send_id, 'marketing', person_id, sender_id, campaign_id, send_channel,
        'outbound', 'mailing', send_outcome, null, null, null, send_outcome <> 'bounced',
        shanghai(sent_at)
    from feeds.marketing_sends
    union all
    select 'case_event', e.event_id, 'service', c.service_customer_id, e.employee_id, null,
        case when e.event_kind = 'visit' then 'visit' else c.case_channel end,
        case when e.event_kind in ('created', 'reopened') then 'inbound' else 'outbound' end,
        'service', null, null, e.event_minutes::bigint, e.travel_minutes::bigint, true,
        shanghai(e.happened_at)
    from feeds.service_case_events as e
    inner join (
        select distinct case_id, service_customer_id, case_channel from feeds.service_cases
    ) as c using (case_id)
    where e.event_kind <> 'closed'
    union all
    select 'promise', promise_id, 'sales', customer_id, employee_id, null, 'promise', 'outbound',
        'promise', null, promise_status, null, null, touch_id is null, promised_on::date
    from feeds.sales_promises
)

select
    t.* exclude (department, number),
    t.department as source_system,
    customer_of(t.department, t.number) as customer_id,
    case when t.is_contact and customer_of(t.department, t.number) <> 'unassigned'
        then customer_of(t.department, t.number)
    end as touched_customer_id,
    w.entity_id,
    w.business_unit_id,
    t.is_contact::bigint as contact_count,
    (t.is_contact and t.touch_direction = 'inbound')::bigint as inbound_count,
    (t.is_contact and t.touch_direction = 'outbound')::bigint as outbound_count,
    (t.touch_source = 'mailing')::bigint as mailing_count,
    coalesce(t.touch_outcome in ('opened', 'clicked'), false)::bigint as opened_count,
    coalesce(t.touch_outcome = 'clicked', false)::bigint as clicked_count,
    coalesce(t.touch_outcome = 'bounced', false)::bigint as bounced_count,
    (t.touch_source = 'promise')::bigint as promise_count,
    coalesce(t.promise_status = 'kept', false)::bigint as kept_count,
    coalesce(t.promise_status in ('kept', 'broken'), false)::bigint as settled_count,
    t.touch_source = 'mailing' as is_mailing,
    t.touch_source = 'promise' as is_promise
from touches as t
left join workers as w on w.employee_id = t.employee_id
