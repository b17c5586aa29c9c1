/*---
description = "Warehouses with their room for pallets."
grain       = ["warehouse_id"]

[shape]
warehouse_id       = "text"
entity_id          = "text"
keeper_id          = "text"
warehouse_name     = "text"
city               = "text"
currency_code      = "text"
pallet_place_count = "integer"
---*/

select
    house_id as warehouse_id,
    entity_id,
    keeper_id,
    house_name as warehouse_name,
    city,
    currency_code,
    pallet_place_count
from inventory.warehouses
