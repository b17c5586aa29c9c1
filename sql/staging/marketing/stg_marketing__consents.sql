/*---
description = "Who agreed to, or forbade, which channel from when on."
grain       = ["consent_id"]
---*/

select
    consent_id,
    person_id,
    consent_channel,
    consent_state,
    consent_source,
    effective_at
from marketing.consents
