/*---
description = """Registrations of persons for events, confirmed or not, with the event's day and \
place."""
grain       = ["registration_id"]

[columns]
source_system = "Department whose number the person bears: always 'marketing'."
customer_id = "Matched customer of the person; 'unassigned' where there is none."
owner_id = "Who is in charge of the campaign; null without one."
entity_id = "Legal entity of that owner; null without one."
confirmation_days = "Days from registration to confirmation, by the project's days; null without."
days_before_event = "Days from registration to the event, negative if registered after it."
is_confirmed = "Whether the person has had an answer, as far as a moment of it is known."
is_attended = "Whether the person came."
is_waiting = "Whether an answer is owed: registered, and neither confirmed, refused nor cancelled."
registered_on = "Day of registration in the project's time zone, by which it is accounted for."
confirmed_on = "Day of the confirmation in the project's time zone; null without one."

[checks]
not_null = ["source_system", "customer_id", "is_confirmed"]
expressions = [
    { name = "confirms_later", sql = "confirmed_at >= registered_at", severity = "warning" },
]
---*/

with dated_registrations as (
    select
        registrations.*,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        contacts.matched_contact_id,
        local_date(registrations.registered_at, project.time_zone) as registered_on,
        local_date(registrations.confirmed_at, project.time_zone) as confirmed_on
    from staging.stg_marketing__registrations as registrations
    cross join patron.project as project
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'marketing'
        and numbers.local_id = registrations.person_id
    left join intermediate.int_contact_numbers as contacts
        on contacts.source_system = 'marketing'
        and contacts.local_contact_id = registrations.person_id
)

select
    registrations.registration_id,
    registrations.event_id,
    'marketing' as source_system,
    registrations.person_id as local_customer_id,
    registrations.customer_id,
    customers.version_number as customer_version_number,
    registrations.matched_contact_id,
    events.campaign_id,
    campaigns.owner_id,
    owners.entity_id,
    campaigns.business_unit_id,
    dates.period_id,
    registrations.registration_state,
    events.event_title,
    events.event_title_zh,
    events.event_kind,
    events.city as event_city,
    events.language_code as event_language_code,
    events.seat_count,
    registrations.confirmed_on - registrations.registered_on as confirmation_days,
    events.held_on - registrations.registered_on as days_before_event,
    registrations.confirmed_at is not null as is_confirmed,
    registrations.registration_state = 'attended' as is_attended,
    registrations.registration_state = 'registered' and registrations.confirmed_at is null
        as is_waiting,
    events.held_on,
    registrations.registered_on,
    registrations.confirmed_on,
    registrations.registered_at,
    registrations.confirmed_at,
    registrations.changed_at
from dated_registrations as registrations
left join staging.stg_marketing__events as events
    on events.event_id = registrations.event_id
left join staging.stg_marketing__campaigns as campaigns
    on campaigns.campaign_id = events.campaign_id
left join staging.stg_staff__employees as owners
    on owners.employee_id = campaigns.owner_id
left join marts.dim_customers as customers
    on customers.customer_id = registrations.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= registrations.registered_on)
    and (customers.valid_to_on is null or registrations.registered_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = registrations.registered_on
