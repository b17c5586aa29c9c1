/*---
description = "Valuation of products by warehouse, each from its day on."
grain       = ["warehouse_id", "product_id", "valid_from_on"]

[shape]
warehouse_id     = "text"
product_id       = "text"
valid_from_on    = "date"
currency_code    = "text"
unit_cost_amount = "decimal(18,4)"
---*/

select
    house_id as warehouse_id,
    sku as product_id,
    valid_from_on,
    currency_code,
    unit_cost_amount
from inventory.stock_costs
