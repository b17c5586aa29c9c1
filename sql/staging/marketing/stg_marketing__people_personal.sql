/*---
description = "What identifies addressees of marketing; for matching alone, never for marts."
grain       = ["person_id"]

[shape]
person_id = "text"
person_name = "text"
email = "text"
phone = "text"
---*/

select
    person_id,
    person_name,
    email,
    phone
from marketing.people_personal
