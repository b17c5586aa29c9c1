/*---
description = "The contact person of each customer, under the number of the customer."
grain       = ["contact_id"]

[shape]
contact_id = "text"
customer_id = "text"
job_title = "text"
language_code = "text"
is_decider = "boolean"
changed_at = "timestamp"
---*/

select
    customer_id as contact_id,
    customer_id,
    contact_title as job_title,
    cast(null as varchar) as language_code,
    cast(null as boolean) as is_decider,
    cast(null as timestamp) as changed_at
from northwind.customers
