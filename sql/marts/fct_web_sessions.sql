/*---
description = "Visits to the web site by persons known, companies known, and unknown visitors."
grain       = ["session_id"]
month       = "started_at"

[inputs]
"staging.stg_marketing__site_visits" = "same_month"
"intermediate.int_company_domains" = { key = "company_domain" }
"intermediate.int_contact_numbers" = { key = ["source_system", "local_contact_id"], as = [
    ["source_system", "local_customer_id"],
] }
"intermediate.int_customer_numbers" = { key = ["source_system", "local_id"], as = [
    ["source_system", "local_customer_id"],
] }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_dates" = { key = "date_on", as = ["started_on"] }

[columns]
source_system = "Department whose number the visitor bears: always 'marketing'."
local_customer_id = "Number of the person in marketing; null for visitors who have not told."
customer_id = "Matched customer of the person, else of the company's domain, else 'unassigned'."
visitor_kind = """'person' where the visitor has told who it is, 'company' where only the domain \
is known, else 'unknown'."""
is_known = "Whether the visitor has told who it is."
started_on = "Day of the visit in the project's time zone, by which it is accounted for."

[checks]
not_null = ["source_system", "customer_id", "visitor_kind"]
---*/

with matched_visits as (
    select
        visits.*,
        case
            when visits.person_id is not null then 'person'
            when visits.company_domain is not null then 'company'
            else 'unknown'
        end as visitor_kind,
        coalesce(nullif(numbers.customer_id, 'unassigned'), domains.customer_id, 'unassigned')
            as customer_id,
        contacts.matched_contact_id,
        local_date(visits.started_at, project.time_zone) as started_on
    from staging.stg_marketing__site_visits as visits
    cross join patron.project as project
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'marketing'
        and numbers.local_id = visits.person_id
    left join intermediate.int_contact_numbers as contacts
        on contacts.source_system = 'marketing'
        and contacts.local_contact_id = visits.person_id
    left join intermediate.int_company_domains as domains
        on domains.company_domain = visits.company_domain
)

select
    visits.session_id,
    visits.visitor_id,
    'marketing' as source_system,
    visits.person_id as local_customer_id,
    visits.customer_id,
    customers.version_number as customer_version_number,
    visits.matched_contact_id,
    visits.campaign_id,
    dates.period_id,
    visits.visitor_kind,
    visits.company_domain,
    visits.country,
    visits.visit_source,
    visits.landing_page,
    visits.product_category,
    visits.page_count,
    visits.visit_seconds,
    visits.download_count,
    visits.visitor_kind = 'person' as is_known,
    visits.started_on,
    visits.started_at
from matched_visits as visits
left join marts.dim_customers as customers
    on customers.customer_id = visits.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= visits.started_on)
    and (customers.valid_to_on is null or visits.started_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = visits.started_on
