/*---
description = "Stock at each count."
grain       = ["warehouse_id", "product_id", "counted_on"]
---*/

select
    house_id as warehouse_id,
    sku as product_id,
    counted_quantity,
    unit_cost_amount,
    counted_on
from inventory.stock_counts
