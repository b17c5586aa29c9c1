/*---
description = "Shipped quantities by order line."
grain       = ["delivery_id", "delivery_line_number"]
---*/

select
    delivery_id,
    delivery_line_number,
    order_id,
    sku as product_id,
    order_line_number,
    quantity as delivered_quantity,
    changed_at
from sales.delivery_lines
