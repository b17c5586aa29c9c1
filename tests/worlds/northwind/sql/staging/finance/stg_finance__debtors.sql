/*---
description = "Customers as those who owe; Northwind has one number for both."
grain       = ["debtor_id"]

[shape]
debtor_id = "text"
entity_id = "text"
customer_id = "text"
debtor_name = "text"
tax_number = "text"
city = "text"
street_address = "text"
credit_limit_amount = "decimal(18,2)"
payment_days = "integer"
is_blocked = "boolean"
is_related_party = "boolean"
opened_on = "date"
---*/

select
    customer_id as debtor_id,
    'NW' as entity_id,
    customer_id,
    company_name as debtor_name,
    cast(null as varchar) as tax_number,
    city,
    address as street_address,
    cast(null as decimal(18, 2)) as credit_limit_amount,
    cast(null as bigint) as payment_days,
    false as is_blocked,
    false as is_related_party,
    cast(null as date) as opened_on
from northwind.customers
