/*---
description = "Steps of cases with the time each took."
grain       = ["event_id"]

[shape]
event_id       = "text"
case_id        = "text"
employee_id    = "text"
event_kind     = "text"
event_note     = "text"
event_minutes  = "integer"
travel_minutes = "integer"
happened_at    = "timestamp"
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
