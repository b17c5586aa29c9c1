/*---
description = "Products with their list price and standard cost."
grain       = ["product_id"]
---*/

select
    sku as product_id,
    product_name,
    product_name_zh,
    product_category,
    list_price_amount,
    unit_cost_amount,
    weight_kg
from inventory.products
