/*---
description = "Warehouses with their room for pallets, one row a house."
grain       = ["warehouse_id"]

[[checks.relationships]]
columns = ["entity_id"]
to = "marts.dim_entities"
key = ["entity_id"]
severity = "warning"
---*/

select
    warehouse_id,
    entity_id,
    keeper_id,
    warehouse_name,
    city,
    currency_code,
    pallet_place_count
from staging.stg_inventory__warehouses
