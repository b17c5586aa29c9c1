/*---
description = "Reserved stock by customer at each count."
grain       = ["counted_on", "warehouse_id", "product_id", "customer_id"]

[shape]
counted_on        = "date"
warehouse_id      = "text"
product_id        = "text"
customer_id       = "text"
reserved_quantity = "integer"
pallet_count      = "integer"
---*/

select
    counted_on,
    house_id as warehouse_id,
    sku as product_id,
    customer_id,
    reserved_quantity,
    pallet_count
from inventory.reservations
