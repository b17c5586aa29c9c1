/*---
description = "When each opportunity entered each stage, and in whose hands."
grain       = ["opportunity_id", "step_number"]
---*/

select
    opportunity_id,
    step_number,
    owner_id,
    opportunity_stage,
    entered_at
from sales.opportunity_stages
