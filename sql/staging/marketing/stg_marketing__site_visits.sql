/*---
description = "Sessions on the web site, known visitors and unknown."
grain       = ["session_id"]
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
