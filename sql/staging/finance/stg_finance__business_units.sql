/*---
description = "Business units with their heads."
grain       = ["business_unit_id"]

[shape]
business_unit_id      = "text"
entity_id             = "text"
head_id               = "text"
business_unit_name    = "text"
business_unit_name_zh = "text"
---*/

select
    business_unit_id,
    entity_id,
    head_id,
    business_unit_name,
    business_unit_name_zh
from finance.business_units
