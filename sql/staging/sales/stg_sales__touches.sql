/*---
description = "Contacts with customers: who, when, in which direction, about what."
grain       = ["touch_id"]

[shape]
touch_id         = "text"
customer_id      = "text"
contact_id       = "text"
employee_id      = "text"
material_id      = "text"
campaign_id      = "text"
opportunity_id   = "text"
quote_id         = "text"
replied_touch_id = "text"
touch_channel    = "text"
touch_direction  = "text"
touch_purpose    = "text"
touch_subject    = "text"
touch_minutes    = "integer"
happened_at      = "timestamp"
---*/

select
    touch_id,
    customer_id,
    contact_id,
    employee_id,
    material_id,
    campaign_id,
    opportunity_id,
    quote_id,
    replied_touch_id,
    touch_channel,
    touch_direction,
    touch_purpose,
    touch_subject,
    touch_minutes,
    happened_at
from sales.touches
