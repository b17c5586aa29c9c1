/*---
description = "Delivery lines of which more came back than was delivered, and returns of none."
severity    = "warning"
---*/

with returned as (
    select
        delivery_id,
        delivery_line_number,
        sum(returned_quantity) as returned_quantity
    from marts.fct_returns
    group by delivery_id, delivery_line_number
)

select
    returned.delivery_id,
    returned.delivery_line_number,
    lines.delivered_quantity,
    returned.returned_quantity
from returned
left join marts.fct_delivery_lines as lines
    on lines.delivery_id = returned.delivery_id
    and lines.delivery_line_number = returned.delivery_line_number
where lines.delivery_id is null or returned.returned_quantity > lines.delivered_quantity
