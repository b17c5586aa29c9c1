/*---
description = "Every contact with a customer by any department, and every promise made to one."
grain       = ["touch_source", "touch_id"]
month       = "happened_at"

[inputs]
"staging.stg_sales__touches" = "same_month"
"staging.stg_marketing__sends" = "same_month"
"staging.stg_service__case_events" = "same_month"
"intermediate.int_promises_dated" = "same_month"
"staging.stg_service__cases" = { key = "case_id" }
"staging.stg_staff__employees" = { key = "employee_id" }
"intermediate.int_contact_numbers" = { key = ["source_system", "local_contact_id"] }
"intermediate.int_customer_numbers" = { key = ["source_system", "local_id"], as = [
    ["source_system", "local_customer_id"],
] }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_dates" = { key = "date_on", as = ["happened_on"] }
"intermediate.int_money_rates" = { key = ["currency_code", "rate_on"], as = [
    ["currency_code", "happened_on"],
] }

[columns]
touch_source = "Where it is kept: 'sales_touch', 'mailing', 'case_event' or 'promise'."
touch_id = "Number in that place."
source_system = "Department whose customer number it bears: 'sales', 'marketing' or 'service'."
local_customer_id = "Number of customer or addressee in that department; null for an unknown case."
customer_id = "Matched customer; 'unassigned' where the number matches nobody."
local_contact_id = "Number of the person in that department; null for service."
employee_id = "Who had the contact; for mailings the sender, which may be a department."
entity_id = "Legal entity of the employee; null without one."
business_unit_id = "Business unit of the employee as employees are listed now."
campaign_id = "Campaign that it belongs to."
material_id = "Matter that was handed over or sent."
opportunity_id = "Opportunity that it was about."
quote_id = "Offer that it was about."
case_id = "Service case that it was about."
replied_touch_id = "The sales contact that it answers."
promised_touch_id = "The sales contact during which the promise was made."
touch_channel = "How: phone, visit, email, post, video ...; 'promise' where nobody says how."
touch_direction = "'inbound' from the customer, 'outbound' to the customer."
touch_purpose = "Purpose as sales states it; 'mailing', 'service' or 'promise' for the others."
touch_subject = "What it was about, in the source's words."
touch_outcome = "What came of a mailing: delivered, opened, clicked, bounced; null for the others."
promise_kind = "What was promised: price, delivery date, visit ...; null where nothing was."
promise_status = "State of the promise: open, kept, broken, withdrawn; null where nothing was."
promise_wording = "The promise in its own words."
currency_code = "ISO 4217 code of the promised amount."
promised_amount = "Amount promised, in its own currency; null where none was."
promised_reporting_amount = """Promised amount in the group's reporting currency at the \
accounting rate of the day, rounded to its minor unit; null without a rate."""
touch_minutes = "Working minutes; null where nobody keeps them."
travel_minutes = "Minutes of travel; null where nobody keeps them."
is_contact = """Whether it counts as a contact: not a bounced mailing, and not a promise made \
during a contact that is a row of its own."""
is_advertising = "Whether it is a mailing with a campaign or material."
is_promise = "Whether it is a promise."
happened_on = "Day in the project's time zone, by which it is accounted for."
due_on = "Day until which the promise is to be kept."
happened_at = "Moment (UTC); of promises only the day is known, for which midnight UTC stands."

[checks]
not_null = ["source_system", "customer_id", "is_contact"]
accepted = { touch_direction = ["inbound", "outbound"] }
---*/

with sales_touches as (
    select
        'sales_touch' as touch_source,
        touch_id,
        'sales' as source_system,
        customer_id as local_customer_id,
        contact_id as local_contact_id,
        employee_id,
        campaign_id,
        material_id,
        opportunity_id,
        quote_id,
        cast(null as varchar) as case_id,
        replied_touch_id,
        cast(null as varchar) as promised_touch_id,
        touch_channel,
        touch_direction,
        touch_purpose,
        touch_subject,
        cast(null as varchar) as touch_outcome,
        cast(null as varchar) as promise_kind,
        cast(null as varchar) as promise_status,
        cast(null as varchar) as promise_wording,
        cast(null as varchar) as currency_code,
        cast(null as decimal(18, 2)) as promised_amount,
        touch_minutes,
        cast(null as bigint) as travel_minutes,
        true as is_contact,
        false as is_advertising,
        cast(null as date) as promised_on,
        cast(null as date) as due_on,
        happened_at
    from staging.stg_sales__touches
),

mailings as (
    select
        'mailing' as touch_source,
        send_id as touch_id,
        'marketing' as source_system,
        person_id as local_customer_id,
        person_id as local_contact_id,
        sender_id as employee_id,
        campaign_id,
        material_id,
        cast(null as varchar) as opportunity_id,
        cast(null as varchar) as quote_id,
        cast(null as varchar) as case_id,
        cast(null as varchar) as replied_touch_id,
        cast(null as varchar) as promised_touch_id,
        send_channel as touch_channel,
        'outbound' as touch_direction,
        'mailing' as touch_purpose,
        cast(null as varchar) as touch_subject,
        send_outcome as touch_outcome,
        cast(null as varchar) as promise_kind,
        cast(null as varchar) as promise_status,
        cast(null as varchar) as promise_wording,
        cast(null as varchar) as currency_code,
        cast(null as decimal(18, 2)) as promised_amount,
        cast(null as bigint) as touch_minutes,
        cast(null as bigint) as travel_minutes,
        coalesce(send_outcome <> 'bounced', true) as is_contact,
        campaign_id is not null or material_id is not null as is_advertising,
        cast(null as date) as promised_on,
        cast(null as date) as due_on,
        happened_at
    from staging.stg_marketing__sends
),

service_contacts as (
    select
        'case_event' as touch_source,
        events.event_id as touch_id,
        'service' as source_system,
        cases.service_customer_id as local_customer_id,
        cast(null as varchar) as local_contact_id,
        events.employee_id,
        cast(null as varchar) as campaign_id,
        cast(null as varchar) as material_id,
        cast(null as varchar) as opportunity_id,
        cast(null as varchar) as quote_id,
        events.case_id,
        cast(null as varchar) as replied_touch_id,
        cast(null as varchar) as promised_touch_id,
        case when events.event_kind = 'visit' then 'visit' else cases.case_channel end
            as touch_channel,
        case when events.event_kind in ('created', 'reopened') then 'inbound' else 'outbound' end
            as touch_direction,
        'service' as touch_purpose,
        cases.case_subject as touch_subject,
        cast(null as varchar) as touch_outcome,
        cast(null as varchar) as promise_kind,
        cast(null as varchar) as promise_status,
        cast(null as varchar) as promise_wording,
        cast(null as varchar) as currency_code,
        cast(null as decimal(18, 2)) as promised_amount,
        events.event_minutes as touch_minutes,
        events.travel_minutes,
        true as is_contact,
        false as is_advertising,
        cast(null as date) as promised_on,
        cast(null as date) as due_on,
        events.happened_at
    from staging.stg_service__case_events as events
    left join staging.stg_service__cases as cases
        on cases.case_id = events.case_id
    where events.event_kind in ('created', 'reopened', 'reply', 'visit')
),

promises as (
    select
        'promise' as touch_source,
        promise_id as touch_id,
        'sales' as source_system,
        customer_id as local_customer_id,
        contact_id as local_contact_id,
        employee_id,
        cast(null as varchar) as campaign_id,
        cast(null as varchar) as material_id,
        cast(null as varchar) as opportunity_id,
        cast(null as varchar) as quote_id,
        cast(null as varchar) as case_id,
        cast(null as varchar) as replied_touch_id,
        touch_id as promised_touch_id,
        'promise' as touch_channel,
        'outbound' as touch_direction,
        'promise' as touch_purpose,
        promise_subject as touch_subject,
        cast(null as varchar) as touch_outcome,
        promise_kind,
        promise_status,
        promise_wording,
        currency_code,
        promised_amount,
        cast(null as bigint) as touch_minutes,
        cast(null as bigint) as travel_minutes,
        touch_id is null as is_contact,
        false as is_advertising,
        promised_on,
        due_on,
        happened_at
    from intermediate.int_promises_dated
),

all_touches as (
    select * from sales_touches
    union all
    select * from mailings
    union all
    select * from service_contacts
    union all
    select * from promises
),

dated_touches as (
    select
        touches.*,
        coalesce(touches.promised_on, local_date(touches.happened_at, project.time_zone))
            as happened_on,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        contacts.matched_contact_id,
        employees.entity_id,
        employees.business_unit_id
    from all_touches as touches
    cross join patron.project as project
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = touches.source_system
        and numbers.local_id = touches.local_customer_id
    left join intermediate.int_contact_numbers as contacts
        on contacts.source_system = touches.source_system
        and contacts.local_contact_id = touches.local_contact_id
    left join staging.stg_staff__employees as employees
        on employees.employee_id = touches.employee_id
)

select
    touches.touch_source,
    touches.touch_id,
    touches.source_system,
    touches.local_customer_id,
    touches.customer_id,
    customers.version_number as customer_version_number,
    touches.local_contact_id,
    touches.matched_contact_id,
    touches.employee_id,
    touches.entity_id,
    touches.business_unit_id,
    dates.period_id,
    touches.campaign_id,
    touches.material_id,
    touches.opportunity_id,
    touches.quote_id,
    touches.case_id,
    touches.replied_touch_id,
    touches.promised_touch_id,
    touches.touch_channel,
    touches.touch_direction,
    touches.touch_purpose,
    touches.touch_subject,
    touches.touch_outcome,
    touches.promise_kind,
    touches.promise_status,
    touches.promise_wording,
    touches.currency_code,
    touches.promised_amount,
    cast(
        round(touches.promised_amount * rates.reporting_rate, rates.reporting_digits)
        as decimal(18, 4)
    ) as promised_reporting_amount,
    touches.touch_minutes,
    touches.travel_minutes,
    touches.is_contact,
    touches.is_advertising,
    touches.touch_source = 'promise' as is_promise,
    touches.happened_on,
    touches.due_on,
    touches.happened_at
from dated_touches as touches
left join marts.dim_customers as customers
    on customers.customer_id = touches.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= touches.happened_on)
    and (customers.valid_to_on is null or touches.happened_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = touches.happened_on
left join intermediate.int_money_rates as rates
    on rates.entity_id = 'unassigned'
    and rates.currency_code = touches.currency_code
    and rates.rate_on = touches.happened_on
