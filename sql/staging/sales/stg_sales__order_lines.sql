/*---
description = "Ordered products, sets and their items, amounts in the currency of the order."
grain       = ["order_id", "order_line_number"]
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
