/*---
description = "Persons of sales and marketing, those with one e-mail address as one person."
grain       = ["source_system", "local_contact_id"]

[columns]
source_system = "Department whose number it is: 'sales' or 'marketing'."
local_contact_id = "Number of the person in that department: contact or addressee."
matched_contact_id = """Key of the person over departments: department and number of the first \
entry with the same e-mail address, those of sales before those of marketing."""
is_matched = "Whether other numbers share the person's e-mail address."
has_email = "Whether an e-mail address is known."
has_phone = "Whether a telephone number is known."
---*/

with listed_persons as (
    select
        'sales' as source_system,
        1 as rank_number,
        persons.contact_id as local_contact_id,
        nullif(lower(trim(personal.email)), '') as address,
        coalesce(trim(personal.phone), '') <> '' as has_phone
    from staging.stg_sales__contacts as persons
    left join staging.stg_sales__contacts_personal as personal
        on personal.contact_id = persons.contact_id
    union all
    select
        'marketing' as source_system,
        2 as rank_number,
        persons.person_id as local_contact_id,
        nullif(lower(trim(personal.email)), '') as address,
        coalesce(trim(personal.phone), '') <> '' as has_phone
    from staging.stg_marketing__people as persons
    left join staging.stg_marketing__people_personal as personal
        on personal.person_id = persons.person_id
),

-- Persons without an address would all share the missing one, so each is a group of its own.
grouped_persons as (
    select
        *,
        coalesce(address, source_system || ':' || local_contact_id) as group_key,
        source_system || ':' || local_contact_id as own_key
    from listed_persons
)

select
    source_system,
    local_contact_id,
    first_value(own_key) over (
        partition by group_key
        order by rank_number, local_contact_id
        rows between unbounded preceding and unbounded following
    ) as matched_contact_id,
    count(*) over (partition by group_key) > 1 as is_matched,
    address is not null as has_email,
    has_phone
from grouped_persons
