/*---
description = "Cost centres with the function by which their cost is pooled."
grain       = ["cost_centre_id"]
---*/

select
    cost_centre_id,
    entity_id,
    business_unit_id,
    cost_centre_name,
    cost_function
from finance.cost_centres
