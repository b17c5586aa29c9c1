/*---
description = "Customers by version: what held of each from day to day, and what holds now."
grain       = ["customer_id", "version_number"]

[columns]
customer_id              = "The customer, one id for the numbers of all departments."
merged_into_customer_id  = "The customer that took this one over, where two were found to be one."
version_number           = "Counts a customer's versions from 1."
leading_system           = "The department whose number tells what the customer is like."
leading_local_id         = "The number there."
sales_customer_id        = "The number of sales, where sales knows the customer."
debtor_id                = "The first of bookkeeping's numbers."
service_customer_id      = "The first of the service desk's numbers."
owner_id_now             = "The employee who looks after it now."
business_unit_id_now     = "The business unit that it belongs to now."
parent_customer_id_now   = "Its parent company now."
customer_type_now        = "Its type now."
industry_now             = "Its industry now."
region_now               = "Its region now."
country_now              = "Its country now."
city_now                 = "Its city now."
company_size_now         = "Its size now."
customer_status_now      = "How sales stands with it now."
payment_days             = "Days until an invoice is due, by the first of its debtors."
sales_number_count       = "How many numbers sales has for it."
debtor_count             = "How many numbers bookkeeping has for it."
service_customer_count   = "How many numbers the service desk has for it."
is_related_party         = "Whether it is a company of the group itself."
is_blocked               = "Whether bookkeeping blocks one of its debtors."
is_current               = "Whether it is the version that holds now."
acquired_on              = "Since when it has been a customer of any department."
valid_from_on            = "The version's first day; null from the beginning."
valid_to_on              = "The day after its last; null while it holds."
owner_id                 = "The employee who looked after it."
business_unit_id         = "The business unit that it belonged to."
entity_id                = "The legal entity that it buys from."
parent_customer_id       = "Its parent company, where that is a customer too."
customer_name            = "The company's name, by the department whose number leads."
customer_name_en         = "Its name in Latin script, where the usual name is Chinese."
customer_type            = "End user, machine builder, distributor and so on."
industry                 = "What it does."
region                   = "The sales region."
country                  = "ISO 3166 code of the country."
city                     = "The city where it sits."
company_size             = "Small, medium or large."
acquisition_channel      = "Through which channel it was won."
customer_status          = "How sales stood with it."
currency_code            = "ISO 4217 code of the amounts."
customer_name_now        = "Its name now."
registered_capital_amount = "Its registered capital."
credit_limit_amount      = "What it may owe at most."
customer_since_on        = "Since when the leading department has known it."

[checks]
not_null = ["customer_name"]
---*/

with assignments as (
    select * from intermediate.int_customer_assignments
),

-- Closed figures may name a customer that was merged since, so no id is ever left out.
standing as (
    select
        assignments.customer_id,
        assignments.source_system,
        assignments.local_id,
        records.record_rank,
        assignments.ended_on is null as is_open,
        row_number() over (
            partition by assignments.customer_id
            order by
                assignments.ended_on is null desc,
                records.record_rank nulls last,
                assignments.source_system,
                assignments.local_id,
                assignments.assignment_number
        ) as leading_place
    from assignments
    left join intermediate.int_customer_records as records
        on assignments.source_system = records.source_system
        and assignments.local_id = records.local_id
),

leading as (
    select * from standing where leading_place = 1
),

-- A customer without a number of its own left went where its leading number is now.
merged as (
    select
        leading.customer_id,
        now.customer_id as merged_into_customer_id
    from leading
    inner join assignments as now
        on leading.source_system = now.source_system
        and leading.local_id = now.local_id
        and now.ended_on is null
    where not leading.is_open
),

open_numbers as (
    select * from standing where is_open
),

debtors as (
    select
        open_numbers.customer_id,
        open_numbers.local_id,
        open_numbers.record_rank,
        debtors.debtor_name,
        debtors.entity_id,
        debtors.city,
        debtors.payment_days,
        debtors.is_related_party,
        debtors.is_blocked,
        debtors.opened_on
    from open_numbers
    inner join staging.stg_finance__debtors as debtors
        on open_numbers.source_system = 'finance'
        and open_numbers.local_id = debtors.debtor_id
),

known_debtors as (
    select
        customer_id,
        first_value(local_id order by record_rank) as debtor_id,
        first_value(payment_days order by record_rank) as payment_days,
        count(*) as debtor_count,
        bool_or(coalesce(is_related_party, false)) as is_related_party,
        bool_or(coalesce(is_blocked, false)) as is_blocked
    from debtors
    group by customer_id
),

known_service as (
    select
        customer_id,
        first_value(local_id order by record_rank) as service_customer_id,
        count(*) as service_customer_count
    from open_numbers
    where source_system = 'service'
    group by customer_id
),

known_sales as (
    select
        customer_id,
        first_value(local_id order by record_rank) as sales_customer_id,
        count(*) as sales_number_count
    from open_numbers
    where source_system = 'sales'
    group by customer_id
),

known_since as (
    select open_numbers.customer_id, min(records.known_since_on) as acquired_on
    from open_numbers
    inner join intermediate.int_customer_records as records
        on open_numbers.source_system = records.source_system
        and open_numbers.local_id = records.local_id
    where records.is_company_list
    group by open_numbers.customer_id
),

sales_versions as (
    select
        leading.customer_id,
        history.owner_id,
        history.business_unit_id,
        history.entity_id,
        history.parent_customer_id,
        history.customer_name,
        history.customer_name_en,
        history.customer_type,
        history.industry,
        history.region,
        history.country,
        history.city,
        history.company_size,
        history.acquisition_channel,
        history.customer_status,
        history.currency_code,
        history.registered_capital_amount,
        history.credit_limit_amount,
        history.customer_since_on,
        row_number() over (partition by leading.customer_id order by history.version_from_on)
            as version_number,
        lead(history.version_from_on) over (
            partition by leading.customer_id order by history.version_from_on
        )
            as next_on,
        history.version_from_on
    from leading
    inner join staging.stg_sales__customers_history as history
        on leading.source_system = 'sales'
        and leading.local_id = history.customer_id
),

-- What sales does not know, or lists no more, has one version, told by whoever lists it.
other_versions as (
    select
        leading.customer_id,
        debtors.entity_id,
        coalesce(records.customer_name, leading.local_id) as customer_name,
        records.latin_name as customer_name_en,
        records.city,
        records.known_since_on as customer_since_on
    from leading
    left join intermediate.int_customer_records as records
        on leading.source_system = records.source_system
        and leading.local_id = records.local_id
    left join debtors
        on leading.customer_id = debtors.customer_id
        and leading.source_system = 'finance'
        and leading.local_id = debtors.local_id
    left anti join sales_versions
        on leading.customer_id = sales_versions.customer_id
),

versions as (
    select
        customer_id,
        owner_id,
        business_unit_id,
        entity_id,
        parent_customer_id,
        customer_name,
        customer_name_en,
        customer_type,
        industry,
        region,
        country,
        city,
        company_size,
        acquisition_channel,
        customer_status,
        currency_code,
        registered_capital_amount,
        credit_limit_amount,
        version_number,
        customer_since_on,
        -- The first version known holds from the beginning.
        case when version_number = 1 then null else version_from_on end as valid_from_on,
        next_on as valid_to_on
    from sales_versions

    union all

    select
        customer_id,
        null,
        null,
        entity_id,
        null,
        customer_name,
        customer_name_en,
        null,
        null,
        null,
        null,
        city,
        null,
        null,
        null,
        null,
        null,
        null,
        1,
        customer_since_on,
        null,
        null
    from other_versions
),

parents as (
    select local_id, customer_id
    from intermediate.int_customer_numbers
    where source_system = 'sales'
),

linked as (
    select
        versions.*,
        parents.customer_id as parent_id,
        row_number() over (
            partition by versions.customer_id
            order by versions.version_number desc
        ) as place_from_last
    from versions
    left join parents
        on versions.parent_customer_id = parents.local_id
),

latest as (
    select * from linked where place_from_last = 1
)

select
    linked.customer_id,
    linked.version_number,
    merged.merged_into_customer_id,
    leading.source_system as leading_system,
    leading.local_id as leading_local_id,
    known_sales.sales_customer_id,
    known_debtors.debtor_id,
    known_service.service_customer_id,
    linked.owner_id,
    linked.business_unit_id,
    linked.entity_id,
    linked.parent_id as parent_customer_id,
    latest.owner_id as owner_id_now,
    latest.business_unit_id as business_unit_id_now,
    latest.parent_id as parent_customer_id_now,
    linked.customer_name,
    linked.customer_name_en,
    linked.customer_type,
    linked.industry,
    linked.region,
    linked.country,
    linked.city,
    linked.company_size,
    linked.acquisition_channel,
    linked.customer_status,
    linked.currency_code,
    latest.customer_name as customer_name_now,
    latest.customer_type as customer_type_now,
    latest.industry as industry_now,
    latest.region as region_now,
    latest.country as country_now,
    latest.city as city_now,
    latest.company_size as company_size_now,
    latest.customer_status as customer_status_now,
    linked.registered_capital_amount,
    linked.credit_limit_amount,
    known_debtors.payment_days,
    coalesce(known_sales.sales_number_count, 0) as sales_number_count,
    coalesce(known_debtors.debtor_count, 0) as debtor_count,
    coalesce(known_service.service_customer_count, 0) as service_customer_count,
    coalesce(known_debtors.is_related_party, false) as is_related_party,
    coalesce(known_debtors.is_blocked, false) as is_blocked,
    linked.place_from_last = 1 as is_current,
    linked.customer_since_on,
    known_since.acquired_on,
    linked.valid_from_on,
    linked.valid_to_on
from linked
inner join latest
    on linked.customer_id = latest.customer_id
inner join leading
    on linked.customer_id = leading.customer_id
left join merged
    on linked.customer_id = merged.customer_id
left join known_sales
    on linked.customer_id = known_sales.customer_id
left join known_debtors
    on linked.customer_id = known_debtors.customer_id
left join known_service
    on linked.customer_id = known_service.customer_id
left join known_since
    on linked.customer_id = known_since.customer_id

union all

-- What belongs to nobody known stays visible under this name.
select
    'unassigned',
    1,
    null, null, null, null, null, null, null, null, null, null, null, null, null,
    'unassigned',
    null, null, null, null, null, null, null, null, null, null,
    'unassigned',
    null, null, null, null, null, null, null, null, null, null,
    0,
    0,
    0,
    false,
    false,
    true,
    null,
    null,
    null,
    null
