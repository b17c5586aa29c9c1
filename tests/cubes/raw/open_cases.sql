-- When cases were opened, closed and opened again. CS2 was closed on 3 December, opened again on
-- the 10th and closed on the 12th.
with steps as (
    select case_id, shanghai(opened_at) as changed_on, 1::bigint as open_count
    from feeds.service_cases
    group by all
    union all
    select case_id, shanghai(happened_at), (event_kind = 'reopened')::bigint
    from feeds.service_case_events
    where event_kind in ('closed', 'reopened')
    union all
    -- Closed without an event of it.
    select case_id, shanghai(closed_at), 0
    from feeds.service_cases
    where case_id in ('CS4', 'CS5') and closed_at is not null
)

select
    s.case_id,
    s.changed_on,
    s.open_count,
    s.open_count as opened_count,
    1 - s.open_count as closed_count,
    any_value(c.case_kind) as case_kind,
    any_value(c.sku) as product_id,
    any_value(customer_of('service', c.service_customer_id)) as customer_id
from steps as s
inner join feeds.service_cases as c on c.case_id = s.case_id
group by all
