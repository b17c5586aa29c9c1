/*---
description = "What Northwind knew of each customer, one row a version."
grain       = ["customer_id", "version_from_on"]

[columns]
version_from_on = "The day from which the row held; 1700-01-01 for the first version known."
version_to_on = "The day from which it held no more; null while it holds."

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
company_size = "text"
acquisition_channel = "text"
customer_status = "text"
currency_code = "text"
registered_capital_amount = "decimal(18,2)"
credit_limit_amount = "decimal(18,2)"
customer_since_on = "date"
version_from_on = "date"
version_to_on = "date"
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
    cast(null as varchar) as company_size,
    cast(null as varchar) as acquisition_channel,
    'active' as customer_status,
    'USD' as currency_code,
    cast(null as decimal(18, 2)) as registered_capital_amount,
    cast(null as decimal(18, 2)) as credit_limit_amount,
    cast(null as date) as customer_since_on,
    cast(coalesce(_valid_from, timestamp '1700-01-01 00:00:00') as date) as version_from_on,
    cast(_valid_to as date) as version_to_on
from northwind.customers_history
