/*---
description = "Valuation of products by warehouse, each from its day on."
grain       = ["warehouse_id", "product_id", "valid_from_on"]
---*/

select
    house_id as warehouse_id,
    sku as product_id,
    valid_from_on,
    currency_code,
    unit_cost_amount
from inventory.stock_costs
