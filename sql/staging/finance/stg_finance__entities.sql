/*---
description = "Legal entities with the currency of their books."
grain       = ["entity_id"]

[shape]
entity_id      = "text"
entity_name    = "text"
entity_name_zh = "text"
currency_code  = "text"
country        = "text"
city           = "text"
---*/

select
    entity_id,
    entity_name,
    entity_name_zh,
    currency_code,
    country,
    city
from finance.entities
