/*---
description = "What a delivery brought of a product, over all its lines."
grain       = ["delivery_id", "product_id"]

[columns]
line_count = "Lines of the delivery that bring the product."
product_quantity = "Pieces of the product over these lines."
---*/

select
    delivery_id,
    product_id,
    count(*) as line_count,
    sum(delivered_quantity) as product_quantity
from staging.stg_sales__delivery_lines
group by delivery_id, product_id
