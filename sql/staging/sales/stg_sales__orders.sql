/*---
description = "Orders in their newest state, without those deleted at the source."
grain       = ["order_id"]
---*/

select
    order_id,
    customer_id,
    currency_code,
    order_status,
    ordered_on,
    changed_at
from sales.orders
