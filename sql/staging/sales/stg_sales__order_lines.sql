/*---
description = "Lines of orders, amounts in the order's currency."
grain       = ["order_id", "order_line_number"]
---*/

select
    order_id,
    order_line_number,
    sku as product_id,
    currency_code,
    quantity as ordered_quantity,
    unit_price_amount,
    net_amount
from sales.order_lines
