/*---
description = "Sets that state a price beside their items' prices, of which only the set's counts."
severity    = "warning"
---*/

select
    order_id,
    set_line_number,
    set_net_amount,
    items_net_amount
from intermediate.int_order_sets
where is_stated_twice
