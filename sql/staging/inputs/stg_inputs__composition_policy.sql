/*---
description = "Which share of customers each group should have."
grain       = ["dimension_name", "member_name", "valid_from_on"]

[shape]
dimension_name = "text"
member_name    = "text"
valid_from_on  = "date"
target_ratio   = "decimal(9,6)"
---*/

select
    dimension_name,
    member_name,
    valid_from_on,
    target_ratio
from inputs.composition_policy
