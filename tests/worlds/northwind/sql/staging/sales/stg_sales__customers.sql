/*---
description = "Customers of Northwind, who buy in dollars."
grain       = ["customer_id"]

[shape]
customer_id = "text"
owner_id = "text"
business_unit_id = "text"
entity_id = "text"
parent_customer_id = "text"
customer_name = "text"
customer_name_en = "text"
customer_type = "text"
industry = "text"
region = "text"
country = "text"
city = "text"
street_address = "text"
company_size = "text"
tax_number = "text"
acquisition_channel = "text"
customer_status = "text"
currency_code = "text"
website = "text"
registered_capital_amount = "decimal(18,2)"
credit_limit_amount = "decimal(18,2)"
customer_since_on = "date"
changed_on = "date"
---*/

select
    customer_id,
    cast(null as varchar) as owner_id,
    cast(null as varchar) as business_unit_id,
    'NW' as entity_id,
    cast(null as varchar) as parent_customer_id,
    company_name as customer_name,
    cast(null as varchar) as customer_name_en,
    cast(null as varchar) as customer_type,
    cast(null as varchar) as industry,
    region,
    country,
    city,
    address as street_address,
    cast(null as varchar) as company_size,
    cast(null as varchar) as tax_number,
    cast(null as varchar) as acquisition_channel,
    'active' as customer_status,
    'USD' as currency_code,
    cast(null as varchar) as website,
    cast(null as decimal(18, 2)) as registered_capital_amount,
    cast(null as decimal(18, 2)) as credit_limit_amount,
    cast(null as date) as customer_since_on,
    cast(null as date) as changed_on
from northwind.customers
