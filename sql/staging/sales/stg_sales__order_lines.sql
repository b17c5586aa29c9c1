/*---
description = "Lines of orders, amounts in the order's currency."
grain       = ["order_id", "line_number"]
---*/

select
    order_id,
    line_number,
    sku,
    currency,
    quantity,
    unit_price_amount,
    net_amount
from sales.order_lines
