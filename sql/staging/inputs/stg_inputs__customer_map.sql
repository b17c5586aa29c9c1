/*---
description = "Which numbers of other systems belong to which customer."
grain       = ["source_system", "local_id", "valid_from_on"]

[shape]
source_system = "text"
local_id      = "text"
valid_from_on = "date"
customer_id   = "text"
decided_by    = "text"
match_reason  = "text"
---*/

select
    source_system,
    local_id,
    valid_from_on,
    customer_id,
    decided_by,
    match_reason
from inputs.customer_map
