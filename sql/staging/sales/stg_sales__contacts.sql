/*---
description = "Persons at customers; what identifies them lies in sales.contacts_personal."
grain       = ["contact_id"]
---*/

select
    contact_id,
    customer_id,
    job_title,
    language_code,
    is_decider,
    changed_at
from sales.contacts
