/*---
description = "Every known state of service cases, with the moments between which it held."
grain       = ["case_id", "changed_at"]

[shape]
case_id = "text"
changed_at = "timestamp"
technician_id = "text"
case_status = "text"
case_priority = "integer"
valid_from_at = "timestamp"
valid_to_at = "timestamp"
---*/

select
    case_id,
    changed_at,
    technician_id,
    case_status,
    case_priority,
    _valid_from as valid_from_at,
    _valid_to as valid_to_at
from service.cases_history
