/*---
description = "Warehouses with their room for pallets."
grain       = ["warehouse_id"]
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
