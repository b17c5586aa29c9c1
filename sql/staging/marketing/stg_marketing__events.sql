/*---
description = "Seminars and fairs with date, place and seats."
grain       = ["event_id"]

[shape]
event_id       = "text"
campaign_id    = "text"
event_title    = "text"
event_title_zh = "text"
event_kind     = "text"
city           = "text"
language_code  = "text"
seat_count     = "integer"
held_on        = "date"
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
