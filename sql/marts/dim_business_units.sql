/*---
description = "Business units with their heads, one row a unit."
grain       = ["business_unit_id"]

[columns]
head_id = "Employee who leads the unit."
---*/

select
    business_unit_id,
    entity_id,
    head_id,
    business_unit_name,
    business_unit_name_zh
from staging.stg_finance__business_units
