/*---
description = "Legal entities with the currency of their books."
grain       = ["entity_id"]
---*/

select
    entity_id,
    entity_name,
    entity_name_zh,
    currency_code,
    country,
    city
from finance.entities
