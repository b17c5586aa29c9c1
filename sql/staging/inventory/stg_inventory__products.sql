/*---
description = "The product list."
grain       = ["product_id"]
---*/

select
    sku as product_id,
    name as name_en,
    name_zh,
    category,
    list_price_amount,
    unit_cost_amount,
    weight_kg
from inventory.products
