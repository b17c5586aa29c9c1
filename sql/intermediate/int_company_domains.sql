/*---
description = """Internet domains of customers' web sites, with the one customer that each \
belongs to."""
grain       = ["company_domain"]

[columns]
company_domain = "Domain of the web site, without scheme, 'www.' and path, in lower case."
customer_id = "Matched customer; 'unassigned' where several customers share the domain."
customer_count = "Matched customers that name the domain."
---*/

with domains as (
    select distinct
        regexp_replace(
            regexp_replace(lower(trim(sales_customers.website)), '^([a-z]+://)?(www\.)?', ''),
            '[/:?#].*$',
            ''
        ) as company_domain,
        coalesce(numbers.customer_id, 'unassigned') as customer_id
    from staging.stg_sales__customers as sales_customers
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'sales'
        and numbers.local_id = sales_customers.customer_id
    where sales_customers.website is not null
)

select
    company_domain,
    case when min(customer_id) = max(customer_id) then min(customer_id) else 'unassigned' end
        as customer_id,
    count(*) as customer_count
from domains
where company_domain <> ''
group by company_domain
