/*---
description = "Stock and its value at each count."
grain       = ["warehouse_id", "product_id", "counted_on"]

[shape]
warehouse_id       = "text"
product_id         = "text"
currency_code      = "text"
counted_quantity   = "integer"
unit_cost_amount   = "decimal(18,4)"
stock_value_amount = "decimal(18,2)"
counted_on         = "date"
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
