/*---
description = "Which share of customers each group should have."
grain       = ["dimension_name", "member_name", "valid_from_on"]
---*/

select
    dimension_name,
    member_name,
    valid_from_on,
    target_ratio
from inputs.composition_policy
