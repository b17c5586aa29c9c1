/*---
description = "Names of the contact persons, kept apart because they are personal."
grain       = ["contact_id"]

[shape]
contact_id = "text"
contact_name = "text"
email = "text"
phone = "text"
birthday_on = "date"
---*/

select
    customer_id as contact_id,
    contact_name,
    cast(null as varchar) as email,
    phone,
    cast(null as date) as birthday_on
from northwind.customers_personal
