/*---
description = "Prospects with source, stage and hours spent."
grain       = ["lead_id"]

[shape]
lead_id      = "text"
campaign_id  = "text"
event_id     = "text"
owner_id     = "text"
customer_id  = "text"
company_name = "text"
city         = "text"
industry     = "text"
company_size = "text"
lead_source  = "text"
lead_stage   = "text"
worked_hours = "decimal(9,2)"
lead_score   = "integer"
created_on   = "date"
changed_at   = "timestamp"
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
