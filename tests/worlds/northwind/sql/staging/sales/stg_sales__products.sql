/*---
description = "Products with the category in which Northwind sells them."
grain       = ["product_id"]

[shape]
product_id = "text"
successor_product_id = "text"
product_name = "text"
product_name_zh = "text"
product_category = "text"
product_subcategory = "text"
product_kind = "text"
sales_unit = "text"
product_market = "text"
product_tier = "integer"
weight_kg = "float"
launched_on = "date"
discontinued_on = "date"
---*/

select
    cast(product_id as varchar) as product_id,
    cast(null as varchar) as successor_product_id,
    product_name,
    cast(null as varchar) as product_name_zh,
    category_name as product_category,
    cast(null as varchar) as product_subcategory,
    'goods' as product_kind,
    quantity_per_unit as sales_unit,
    cast(null as varchar) as product_market,
    cast(null as bigint) as product_tier,
    cast(null as double) as weight_kg,
    cast(null as date) as launched_on,
    cast(null as date) as discontinued_on
from northwind.products
