/*---
description = "Mailings with channel, sender, moment of sending and what came of them."
grain       = ["send_id"]

[shape]
send_id      = "text"
campaign_id  = "text"
material_id  = "text"
person_id    = "text"
sender_id    = "text"
send_channel = "text"
send_outcome = "text"
happened_at  = "timestamp"
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
