/*---
description = "Ordered products, sets and their items, amounts in the currency of the order."
grain       = ["order_id", "order_line_number"]

[shape]
order_id           = "text"
order_line_number  = "integer"
product_id         = "text"
parent_line_number = "integer"
ordered_quantity   = "integer"
list_price_amount  = "decimal(18,4)"
unit_price_amount  = "decimal(18,4)"
net_amount         = "decimal(18,2)"
changed_at         = "timestamp"
---*/

select
    order_id,
    order_line_number,
    sku as product_id,
    parent_line_number,
    quantity as ordered_quantity,
    list_price_amount,
    unit_price_amount,
    net_amount,
    changed_at
from sales.order_lines
