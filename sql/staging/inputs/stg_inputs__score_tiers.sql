/*---
description = "Tiers of customers with the contact and service each should get."
grain       = ["score_version", "tier_name"]

[shape]
score_version    = "text"
tier_name        = "text"
low_score        = "decimal(9,2)"
contact_days     = "integer"
response_hours   = "integer"
resolution_hours = "integer"
---*/

select
    score_version,
    tier_name,
    low_score,
    contact_days,
    response_hours,
    resolution_hours
from inputs.score_tiers
