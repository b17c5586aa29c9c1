/*---
description = "Persons at customers; what identifies them lies in sales.contacts_personal."
grain       = ["contact_id"]

[shape]
contact_id    = "text"
customer_id   = "text"
job_title     = "text"
language_code = "text"
is_decider    = "boolean"
changed_at    = "timestamp"
---*/

select
    contact_id,
    customer_id,
    job_title,
    language_code,
    is_decider,
    changed_at
from sales.contacts
