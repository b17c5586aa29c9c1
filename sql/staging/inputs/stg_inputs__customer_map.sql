/*---
description = "Which numbers of other systems belong to which customer."
grain       = ["source_system", "local_id", "valid_from_on"]
---*/

select
    source_system,
    local_id,
    valid_from_on,
    customer_id,
    decided_by,
    match_reason
from inputs.customer_map
