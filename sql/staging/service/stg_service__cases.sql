/*---
description = "Service cases in their newest state that could be read."
grain       = ["case_id"]
---*/

select
    case_id,
    customer_id,
    case_status,
    case_cause,
    case_priority,
    work_minutes,
    _is_stale as is_stale,
    opened_at,
    closed_at,
    changed_at
from service.cases
