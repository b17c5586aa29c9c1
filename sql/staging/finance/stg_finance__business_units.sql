/*---
description = "Business units with their heads."
grain       = ["business_unit_id"]
---*/

select
    business_unit_id,
    entity_id,
    head_id,
    business_unit_name,
    business_unit_name_zh
from finance.business_units
