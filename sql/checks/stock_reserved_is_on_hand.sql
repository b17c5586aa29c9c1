/*---
description = "No more is held for customers than was counted, per day, warehouse and product."
severity    = "warning"
---*/

select
    period_id,
    warehouse_id,
    product_id,
    coalesce(sum(on_hand_quantity), 0) as on_hand_quantity,
    sum(reserved_quantity) as reserved_quantity,
    counted_on
from marts.fct_stock_levels
group by period_id, warehouse_id, product_id, counted_on
having sum(reserved_quantity) > coalesce(sum(on_hand_quantity), 0)
