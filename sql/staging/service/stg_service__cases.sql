/*---
description = "Service cases in their newest state."
grain       = ["case_id"]
---*/

select
    case_id,
    customer_id,
    status,
    cause,
    priority,
    minutes as work_minutes,
    _is_stale as is_stale,
    opened_at,
    closed_at,
    changed_at
from service.cases
