/*---
description = "Delivery lines of which more was billed than delivered."
severity    = "warning"
---*/

select
    delivery_id,
    delivery_line_number,
    delivered_quantity,
    invoiced_quantity
from marts.fct_delivery_lines
where open_quantity < 0
