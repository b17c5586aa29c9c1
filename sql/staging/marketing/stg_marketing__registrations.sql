/*---
description = "Who wants to come to which event, and who was told so."
grain       = ["registration_id"]
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
