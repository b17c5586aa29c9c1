/*---
description = "Order lines whose order is deleted or was refused, so that they count for nobody."
severity    = "warning"
---*/

select
    order_id,
    count(*) as line_count,
    cast(sum(net_amount) as decimal(18, 4)) as net_amount
from marts.fct_order_lines
where is_deleted
group by order_id
