/*---
description = "Seminars and fairs with date, place and seats."
grain       = ["event_id"]
---*/

select
    event_id,
    campaign_id,
    event_title,
    event_title_zh,
    event_kind,
    city,
    language_code,
    seat_count,
    held_on
from marketing.events
