/*---
description = "When each opportunity entered each stage, and in whose hands."
grain       = ["opportunity_id", "step_number"]

[shape]
opportunity_id    = "text"
step_number       = "integer"
owner_id          = "text"
opportunity_stage = "text"
entered_at        = "timestamp"
---*/

select
    opportunity_id,
    step_number,
    owner_id,
    opportunity_stage,
    entered_at
from sales.opportunity_stages
