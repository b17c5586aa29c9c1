/*---
description = "Addressees of marketing by company; names lie in marketing.people_personal."
grain       = ["person_id"]
---*/

select
    person_id,
    company_name,
    city,
    street_address,
    job_title,
    person_source,
    added_on
from marketing.people
