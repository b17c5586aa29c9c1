/*---
description = "Prospects with source, stage and hours spent."
grain       = ["lead_id"]
---*/

select
    lead_id,
    campaign_id,
    event_id,
    owner_id,
    customer_id,
    company_name,
    city,
    industry,
    company_size,
    lead_source,
    lead_stage,
    worked_hours,
    lead_score,
    created_on,
    changed_at
from marketing.leads
