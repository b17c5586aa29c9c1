/*---
description = "Mailings with channel, sender, moment of sending and what came of them."
grain       = ["send_id"]
---*/

select
    send_id,
    campaign_id,
    material_id,
    person_id,
    sender_id,
    send_channel,
    send_outcome,
    sent_at as happened_at
from marketing.sends
