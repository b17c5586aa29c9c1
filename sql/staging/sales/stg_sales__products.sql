/*---
description = "Products with category path, tier and the months in which they are offered."
grain       = ["product_id"]

[shape]
product_id           = "text"
successor_product_id = "text"
product_name         = "text"
product_name_zh      = "text"
product_category     = "text"
product_subcategory  = "text"
product_kind         = "text"
sales_unit           = "text"
product_market       = "text"
product_tier         = "integer"
weight_kg            = "float"
launched_on          = "date"
discontinued_on      = "date"
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
