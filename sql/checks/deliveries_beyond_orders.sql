/*---
description = """Order lines of which more was delivered than ordered, and deliveries of no order \
line."""
severity    = "warning"
---*/

with delivered as (
    select
        order_id,
        order_line_number,
        sum(delivered_quantity) as delivered_quantity
    from marts.fct_delivery_lines
    group by order_id, order_line_number
)

select
    delivered.order_id,
    delivered.order_line_number,
    lines.ordered_quantity,
    delivered.delivered_quantity
from delivered
left join marts.fct_order_lines as lines
    on lines.order_id = delivered.order_id
    and lines.order_line_number = delivered.order_line_number
where lines.order_id is null or delivered.delivered_quantity > lines.ordered_quantity
