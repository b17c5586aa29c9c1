/*---
description = "Cost centres with the function by which their cost is pooled."
grain       = ["cost_centre_id"]

[shape]
cost_centre_id   = "text"
entity_id        = "text"
business_unit_id = "text"
cost_centre_name = "text"
cost_function    = "text"
---*/

select
    cost_centre_id,
    entity_id,
    business_unit_id,
    cost_centre_name,
    cost_function
from finance.cost_centres
