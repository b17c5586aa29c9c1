/*---
description = "Contacts with customers: who, when, in which direction, about what."
grain       = ["touch_id"]
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
