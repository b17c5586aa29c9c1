/*---
description = "Reserved stock by customer at each count."
grain       = ["counted_on", "warehouse_id", "product_id", "customer_id"]
---*/

select
    counted_on,
    house_id as warehouse_id,
    sku as product_id,
    customer_id,
    reserved_quantity,
    pallet_count
from inventory.reservations
