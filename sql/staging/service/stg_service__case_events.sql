/*---
description = "Steps of cases with the time each took."
grain       = ["event_id"]
---*/

select
    event_id,
    case_id,
    employee_id,
    event_kind,
    event_note,
    event_minutes,
    travel_minutes,
    happened_at
from service.case_events
