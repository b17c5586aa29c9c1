/*---
description = "Stock at each count."
grain       = ["warehouse_id", "product_id", "counted_on"]
---*/

select
    house as warehouse_id,
    sku as product_id,
    quantity as counted_quantity,
    unit_cost_amount,
    counted_on
from inventory.stock_counts
