/*---
description = "Shipped quantities by order line."
grain       = ["delivery_id", "delivery_line_number"]

[shape]
delivery_id          = "text"
delivery_line_number = "integer"
order_id             = "text"
product_id           = "text"
order_line_number    = "integer"
delivered_quantity   = "integer"
changed_at           = "timestamp"
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
