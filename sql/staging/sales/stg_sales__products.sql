/*---
description = "Products with category path, tier and the months in which they are offered."
grain       = ["product_id"]
---*/

select
    sku as product_id,
    successor_sku as successor_product_id,
    product_name,
    product_name_zh,
    product_category,
    product_subcategory,
    product_kind,
    sales_unit,
    product_market,
    product_tier,
    weight_kg,
    launched_on,
    discontinued_on
from sales.products
