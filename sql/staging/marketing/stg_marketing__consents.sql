/*---
description = "Who agreed to, or forbade, which channel from when on."
grain       = ["consent_id"]

[shape]
consent_id      = "text"
person_id       = "text"
consent_channel = "text"
consent_state   = "text"
consent_source  = "text"
effective_at    = "timestamp"
---*/

select
    consent_id,
    person_id,
    consent_channel,
    consent_state,
    consent_source,
    effective_at
from marketing.consents
