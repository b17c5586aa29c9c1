/*---
description = "Sessions on the web site, known visitors and unknown."
grain       = ["session_id"]

[shape]
session_id       = "text"
visitor_id       = "text"
person_id        = "text"
campaign_id      = "text"
company_domain   = "text"
country          = "text"
visit_source     = "text"
landing_page     = "text"
product_category = "text"
page_count       = "integer"
visit_seconds    = "integer"
download_count   = "integer"
started_at       = "timestamp"
---*/

select
    session_id,
    visitor_id,
    person_id,
    campaign_id,
    company_domain,
    country,
    visit_source,
    landing_page,
    product_category,
    page_count,
    visit_seconds,
    download_count,
    started_at
from marketing.site_visits
