/*---
description = "Cost centres with their unit and function, one row a cost centre."
grain       = ["cost_centre_id"]

[[checks.relationships]]
columns = ["entity_id"]
to = "marts.dim_entities"
key = ["entity_id"]
severity = "warning"

[[checks.relationships]]
columns = ["business_unit_id"]
to = "marts.dim_business_units"
key = ["business_unit_id"]
severity = "warning"
---*/

select
    cost_centre_id,
    entity_id,
    business_unit_id,
    cost_centre_name,
    cost_function
from staging.stg_finance__cost_centres
