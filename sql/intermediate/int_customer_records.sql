/*---
description = "Every number under which a department lists a company, with what it is told by."
grain       = ["source_system", "local_id"]
numbers     = { system = "source_system", id = "local_id" }

[columns]
source_system     = "The department whose number it is; prospects are `marketing_lead`."
local_id          = "The number that the department uses."
stated_id         = "The number of sales that the department itself notes."
customer_name     = "The company's name as the department writes it."
latin_name        = "The same in Latin script, where the department keeps it beside the Chinese."
city              = "The city as the department writes it."
street_address    = "Street and number as the department writes them."
name_key          = "What the company is called, without legal form, place and marks."
latin_key         = "The same of the name in Latin script."
form_kind         = "The kind of legal form that the name says."
place_key         = "The city that the name holds."
city_key          = "The city where it sits."
address_key       = "Street and number, in a form in which equal ones are equal."
tax_key           = "The tax number's letters and digits, where it tells companies apart."
record_rank       = "The order of all numbers: sales first, then finance, service and marketing."
has_signs         = "Whether the name has Chinese signs."
is_company_list   = "Whether the department lists companies, not people who name one."
known_since_on    = "Since when the department has known it."
---*/

with sales as (
    select
        'sales' as source_system,
        customer_id as local_id,
        cast(null as varchar) as stated_id,
        customer_name,
        customer_name_en as latin_name,
        city,
        street_address,
        tax_number,
        1 as system_rank,
        customer_since_on as known_since_on
    from staging.stg_sales__customers
),

finance as (
    select
        'finance' as source_system,
        debtor_id as local_id,
        customer_id as stated_id,
        debtor_name as customer_name,
        cast(null as varchar) as latin_name,
        city,
        street_address,
        tax_number,
        2 as system_rank,
        opened_on as known_since_on
    from staging.stg_finance__debtors
),

service as (
    select
        'service' as source_system,
        service_customer_id as local_id,
        cast(null as varchar) as stated_id,
        company_name as customer_name,
        cast(null as varchar) as latin_name,
        city,
        street as street_address,
        tax_number,
        3 as system_rank,
        service_since_on as known_since_on
    from staging.stg_service__customers
),

people as (
    select
        'marketing' as source_system,
        person_id as local_id,
        cast(null as varchar) as stated_id,
        company_name as customer_name,
        cast(null as varchar) as latin_name,
        city,
        street_address,
        cast(null as varchar) as tax_number,
        4 as system_rank,
        added_on as known_since_on
    from staging.stg_marketing__people
),

leads as (
    select
        'marketing_lead' as source_system,
        lead_id as local_id,
        customer_id as stated_id,
        company_name as customer_name,
        cast(null as varchar) as latin_name,
        city,
        cast(null as varchar) as street_address,
        cast(null as varchar) as tax_number,
        5 as system_rank,
        created_on as known_since_on
    from staging.stg_marketing__leads
),

listed as (
    select * from sales
    union all
    select * from finance
    union all
    select * from service
    union all
    select * from people
    union all
    select * from leads
)

select
    source_system,
    local_id,
    stated_id,
    customer_name,
    latin_name,
    city,
    street_address,
    normalise_company(customer_name) as name_key,
    normalise_company(latin_name) as latin_key,
    company_form(customer_name) as form_kind,
    coalesce(company_place(customer_name), company_place(latin_name)) as place_key,
    normalise_city(city) as city_key,
    normalise_address(street_address) as address_key,
    normalise_tax_number(tax_number) as tax_key,
    row_number() over (
        order by system_rank, known_since_on nulls last, local_id
    ) as record_rank,
    coalesce(regexp_like(normalise_company(customer_name), '[㐀-鿿]'), false) as has_signs,
    system_rank <= 3 as is_company_list,
    known_since_on
from listed
