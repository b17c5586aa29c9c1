/*---
description = "Addressees of marketing by company; names lie in marketing.people_personal."
grain       = ["person_id"]

[shape]
person_id      = "text"
company_name   = "text"
city           = "text"
street_address = "text"
job_title      = "text"
person_source  = "text"
added_on       = "date"
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
