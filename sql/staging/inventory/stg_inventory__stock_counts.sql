/*---
description = "Stock and its value at each count."
grain       = ["warehouse_id", "product_id", "counted_on"]
---*/

select
    house_id as warehouse_id,
    sku as product_id,
    currency_code,
    counted_quantity,
    unit_cost_amount,
    stock_value_amount,
    counted_on
from inventory.stock_counts
