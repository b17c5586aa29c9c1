-- Registrations for events.
select
    r.registration_id,
    shanghai(r.registered_at) as registered_on,
    r.event_id,
    e.event_title,
    e.event_kind,
    e.city as event_city,
    e.campaign_id,
    e.held_on::date as held_on,
    r.registration_state,
    customer_of('marketing', r.person_id) as customer_id,
    shanghai(r.confirmed_at) - shanghai(r.registered_at) as confirmation_days,
    e.held_on::date - shanghai(r.registered_at) as days_before_event,
    (r.confirmed_at is not null)::bigint as confirmed_count,
    (r.registration_state = 'attended')::bigint as attended_count
from feeds.marketing_registrations as r
inner join feeds.marketing_events as e using (event_id)
