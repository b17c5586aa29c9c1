/*---
description = "Every known state of prospects, with the moments between which it held."
grain       = ["lead_id", "changed_at"]

[shape]
lead_id = "text"
changed_at = "timestamp"
owner_id = "text"
customer_id = "text"
lead_stage = "text"
worked_hours = "decimal(9,2)"
lead_score = "integer"
valid_from_at = "timestamp"
valid_to_at = "timestamp"
---*/

select
    lead_id,
    changed_at,
    owner_id,
    customer_id,
    lead_stage,
    worked_hours,
    lead_score,
    _valid_from as valid_from_at,
    _valid_to as valid_to_at
from marketing.leads_history
