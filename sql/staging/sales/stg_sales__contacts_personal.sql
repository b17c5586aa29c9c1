/*---
description = "What identifies persons at customers; for matching alone, never for marts."
grain       = ["contact_id"]

[shape]
contact_id = "text"
contact_name = "text"
email = "text"
phone = "text"
birthday_on = "date"
---*/

select
    contact_id,
    contact_name,
    email,
    phone,
    birthday_on
from sales.contacts_personal
