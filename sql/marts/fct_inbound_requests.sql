/*---
description = "What customers and prospects asked, and when somebody first turned to them after it."
grain       = ["request_source", "request_id"]

[columns]
request_source = "Where it is kept: 'sales_touch', 'service_case' or 'lead'."
request_id = "Number in that place."
source_system = "Whose number it bears: 'sales', 'service' or 'marketing_lead'."
local_customer_id = "Number of the customer, or of the prospect, in that department."
customer_id = "Matched customer; 'unassigned' where the number matches nobody."
customer_version_number = "Version of the customer on the day of the request."
matched_contact_id = "Person who asked, over departments; null where nobody is named."
owner_id = "Who took it: employee, technician or owner of the prospect."
entity_id = "Legal entity of the owner; null without one."
business_unit_id = "Business unit of the owner as employees are listed now."
request_channel = "How it came in; of prospects their source."
request_purpose = "What for: purpose of the contact, kind of the case, or 'lead'."
request_subject = "What it was about, in the source's words; of prospects the company."
answer_source = """Which answer came first: 'contact' (any outbound contact with company or \
person, advertising apart), 'response' (of the service desk) or 'stage' (the prospect was \
contacted)."""
answer_working_days = """Mondays to Fridays after the day of the request up to that of the \
answer; 0 on the same day or the weekend after; null without an answer."""
is_answered = "Whether an answer is known."
requested_on = "Day of the request in the project's time zone."
answered_on = "Day of the first answer in the project's time zone; null without one."
requested_at = "Moment of the request (UTC); of a prospect its first known state."
answered_at = "Moment of the first answer (UTC); null without one."

[checks]
not_null = ["source_system", "customer_id", "is_answered"]
expressions = [
    { name = "answers_after_request", sql = "answered_at >= requested_at", severity = "warning" },
]
---*/

with lead_moments as (
    select
        lead_id,
        min(changed_at) as created_at,
        min(
            case when lead_stage in ('contacted', 'qualified', 'proposal', 'won')
                then changed_at
            end
        ) as contacted_at
    from staging.stg_marketing__leads_history
    group by lead_id
),

replies as (
    select replied_touch_id, min(happened_at) as replied_at
    from marts.fct_touches
    where touch_source = 'sales_touch' and replied_touch_id is not null
    group by replied_touch_id
),

requests as (
    select
        'sales_touch' as request_source,
        touches.touch_id as request_id,
        touches.source_system,
        touches.local_customer_id,
        touches.customer_id,
        touches.matched_contact_id,
        touches.employee_id as owner_id,
        touches.touch_channel as request_channel,
        touches.touch_purpose as request_purpose,
        touches.touch_subject as request_subject,
        'contact' as own_answer_source,
        touches.happened_on as requested_on,
        touches.happened_at as requested_at,
        replies.replied_at as own_answer_at
    from marts.fct_touches as touches
    left join replies
        on replies.replied_touch_id = touches.touch_id
    where touches.touch_source = 'sales_touch' and touches.touch_direction = 'inbound'
    union all
    select
        'service_case' as request_source,
        case_id as request_id,
        source_system,
        local_customer_id,
        customer_id,
        cast(null as varchar) as matched_contact_id,
        technician_id as owner_id,
        case_channel as request_channel,
        case_kind as request_purpose,
        case_subject as request_subject,
        'response' as own_answer_source,
        opened_on as requested_on,
        opened_at as requested_at,
        first_response_at as own_answer_at
    from marts.fct_service_cases
    union all
    select
        'lead' as request_source,
        leads.lead_id as request_id,
        leads.source_system,
        leads.local_customer_id,
        leads.customer_id,
        cast(null as varchar) as matched_contact_id,
        leads.owner_id,
        leads.lead_source as request_channel,
        'lead' as request_purpose,
        leads.company_name as request_subject,
        'stage' as own_answer_source,
        leads.created_on as requested_on,
        coalesce(moments.created_at, leads.changed_at) as requested_at,
        moments.contacted_at as own_answer_at
    from marts.fct_leads as leads
    left join lead_moments as moments
        on moments.lead_id = leads.lead_id
),

-- Requests and contacts of one company, or of one person where the company is unknown.
moments_of_parties as (
    select
        coalesce(nullif(customer_id, 'unassigned'), matched_contact_id) as party_key,
        request_source,
        request_id,
        1 as order_number,
        requested_at as happened_at
    from requests
    union all
    select
        coalesce(nullif(customer_id, 'unassigned'), matched_contact_id) as party_key,
        cast(null as varchar) as request_source,
        cast(null as varchar) as request_id,
        0 as order_number,
        happened_at
    from marts.fct_touches
    where touch_direction = 'outbound' and is_contact and not is_advertising and not is_promise
),

-- A contact at the very moment of a request is none after it, hence the order number.
next_contacts as (
    select
        request_source,
        request_id,
        min(case when order_number = 0 then happened_at end) over (
            partition by party_key
            order by happened_at, order_number
            rows between current row and unbounded following
        ) as contacted_at
    from moments_of_parties
    where party_key is not null
),

answers as (
    select
        requests.*,
        case
            when contacts.contacted_at is null or requests.own_answer_at <= contacts.contacted_at
                then requests.own_answer_at
            else contacts.contacted_at
        end as answered_at,
        case
            when requests.own_answer_at is null and contacts.contacted_at is null then null
            when contacts.contacted_at is null or requests.own_answer_at <= contacts.contacted_at
                then requests.own_answer_source
            else 'contact'
        end as answer_source
    from requests
    left join next_contacts as contacts
        on contacts.request_source = requests.request_source
        and contacts.request_id = requests.request_id
),

dated_answers as (
    select
        answers.*,
        local_date(answers.answered_at, project.time_zone) as answered_on
    from answers
    cross join patron.project as project
),

-- Days are counted from Monday, the 5th of January 1970, which is day 4 of the calendar's numbers.
numbered_days as (
    select
        *,
        cast(requested_on as int) - 4 as request_day,
        cast(answered_on as int) - 4 as answer_day
    from dated_answers
)

select
    requests.request_source,
    requests.request_id,
    requests.source_system,
    requests.local_customer_id,
    requests.customer_id,
    customers.version_number as customer_version_number,
    requests.matched_contact_id,
    requests.owner_id,
    owners.entity_id,
    owners.business_unit_id,
    dates.period_id,
    requests.request_channel,
    requests.request_purpose,
    requests.request_subject,
    requests.answer_source,
    (requests.answer_day / 7 * 5 + least(requests.answer_day % 7 + 1, 5))
        - (requests.request_day / 7 * 5 + least(requests.request_day % 7 + 1, 5))
        as answer_working_days,
    requests.answered_at is not null as is_answered,
    requests.requested_on,
    requests.answered_on,
    requests.requested_at,
    requests.answered_at
from numbered_days as requests
left join staging.stg_staff__employees as owners
    on owners.employee_id = requests.owner_id
left join marts.dim_customers as customers
    on customers.customer_id = requests.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= requests.requested_on)
    and (customers.valid_to_on is null or requests.requested_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = requests.requested_on
