/*---
description = """Permissions and objections of persons by channel, with the time during which \
each held."""
grain       = ["consent_id"]

[columns]
source_system = "Department whose number the person bears: always 'marketing'."
customer_id = "Matched customer of the person; 'unassigned' where there is none."
declaration_number = "1 for the person's first declaration on the channel, 2 for the next ..."
is_opt_out = "Whether the person objects to the channel."
is_latest = "Whether it is the person's last word on the channel so far."
valid_from_on = "First day, in the project's time zone, on which it holds at least in part."
valid_to_on = "Day of the person's next declaration for the channel; null while it holds."
valid_from_at = "Moment from which it holds (UTC)."
valid_to_at = """Moment of the person's next declaration for the channel, from which this one no \
longer holds (UTC); null while it holds."""

[checks]
not_null = ["source_system", "customer_id", "valid_from_at"]
---*/

with ordered_consents as (
    select
        consents.*,
        row_number() over declarations as declaration_number,
        lead(consents.effective_at) over declarations as valid_to_at
    from staging.stg_marketing__consents as consents
    window declarations as (
        partition by consents.person_id, consents.consent_channel
        order by consents.effective_at, consents.consent_id
    )
),

dated_consents as (
    select
        consents.*,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        contacts.matched_contact_id,
        local_date(consents.effective_at, project.time_zone) as valid_from_on,
        local_date(consents.valid_to_at, project.time_zone) as valid_to_on
    from ordered_consents as consents
    cross join patron.project as project
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'marketing'
        and numbers.local_id = consents.person_id
    left join intermediate.int_contact_numbers as contacts
        on contacts.source_system = 'marketing'
        and contacts.local_contact_id = consents.person_id
)

select
    consents.consent_id,
    'marketing' as source_system,
    consents.person_id as local_customer_id,
    consents.customer_id,
    customers.version_number as customer_version_number,
    consents.matched_contact_id,
    dates.period_id,
    consents.consent_channel,
    consents.consent_state,
    consents.consent_source,
    consents.declaration_number,
    consents.consent_state = 'opt_out' as is_opt_out,
    consents.valid_to_at is null as is_latest,
    consents.valid_from_on,
    consents.valid_to_on,
    consents.effective_at as valid_from_at,
    consents.valid_to_at
from dated_consents as consents
left join marts.dim_customers as customers
    on customers.customer_id = consents.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= consents.valid_from_on)
    and (customers.valid_to_on is null or consents.valid_from_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = consents.valid_from_on
