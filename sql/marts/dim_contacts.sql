/*---
description = """Persons known to sales or marketing, one row a person by e-mail address, without \
names."""
grain       = ["matched_contact_id"]

[columns]
contact_id = "Number of the person in sales; of several the lowest; null for marketing's own."
person_id = "Number of the person in marketing; of several the lowest; null for sales' own."
source_system = "Department whose customer number the person bears: 'sales' or 'marketing'."
local_customer_id = "Customer number in sales, or the addressee's own number in marketing."
customer_id = "Matched customer; 'unassigned' where the person belongs to none."
job_title = "Title as sales has it, else as marketing has it."
language_code = "Language as sales has it; null where only marketing knows the person."
person_source = "Where marketing has the address from; null for sales' own."
contact_count = "Entries in sales that share the address; more than one is a double entry."
person_count = "Entries in marketing that share the address."
is_decider = "Whether the person decides on purchases, as sales has it."
has_email = "Whether an e-mail address is known."
has_phone = "Whether a telephone number is known to any of the departments."
added_on = "Day on which marketing took the address in."

[checks]
not_null = ["source_system", "customer_id"]
---*/

with persons as (
    select
        matched_contact_id,
        min(case when source_system = 'sales' then local_contact_id end) as contact_id,
        min(case when source_system = 'marketing' then local_contact_id end) as person_id,
        sum(case when source_system = 'sales' then 1 else 0 end) as contact_count,
        sum(case when source_system = 'marketing' then 1 else 0 end) as person_count,
        bool_or(has_email) as has_email,
        bool_or(has_phone) as has_phone
    from intermediate.int_contact_numbers
    group by matched_contact_id
),

described_persons as (
    select
        persons.*,
        case when persons.contact_id is null then 'marketing' else 'sales' end as source_system,
        coalesce(contacts.customer_id, persons.person_id) as local_customer_id,
        coalesce(contacts.job_title, people.job_title) as job_title,
        contacts.language_code,
        people.person_source,
        contacts.is_decider,
        people.added_on
    from persons
    left join staging.stg_sales__contacts as contacts
        on contacts.contact_id = persons.contact_id
    left join staging.stg_marketing__people as people
        on people.person_id = persons.person_id
)

select
    persons.matched_contact_id,
    persons.contact_id,
    persons.person_id,
    persons.source_system,
    persons.local_customer_id,
    coalesce(numbers.customer_id, 'unassigned') as customer_id,
    persons.job_title,
    persons.language_code,
    persons.person_source,
    persons.contact_count,
    persons.person_count,
    persons.is_decider,
    persons.has_email,
    persons.has_phone,
    persons.added_on
from described_persons as persons
left join intermediate.int_customer_numbers as numbers
    on numbers.source_system = persons.source_system
    and numbers.local_id = persons.local_customer_id
