/*---
description = "Who wants to come to which event, and who was told so."
grain       = ["registration_id"]

[shape]
registration_id    = "text"
event_id           = "text"
person_id          = "text"
registration_state = "text"
registered_at      = "timestamp"
confirmed_at       = "timestamp"
changed_at         = "timestamp"
---*/

select
    registration_id,
    event_id,
    person_id,
    registration_state,
    registered_at,
    confirmed_at,
    changed_at
from marketing.registrations
