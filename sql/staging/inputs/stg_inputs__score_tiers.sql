/*---
description = "Tiers of customers with the contact and service each should get."
grain       = ["score_version", "tier_name"]
---*/

select
    score_version,
    tier_name,
    low_score,
    contact_days,
    response_hours,
    resolution_hours
from inputs.score_tiers
