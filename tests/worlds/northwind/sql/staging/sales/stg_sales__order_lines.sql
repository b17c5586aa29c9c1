/*---
description = "Ordered products at the price less the discount of the line."
grain       = ["order_id", "order_line_number"]

[shape]
order_id = "text"
order_line_number = "integer"
product_id = "text"
parent_line_number = "integer"
ordered_quantity = "integer"
list_price_amount = "decimal(18,4)"
unit_price_amount = "decimal(18,4)"
net_amount = "decimal(18,4)"
changed_at = "timestamp"
---*/

select
    cast(order_id as varchar) as order_id,
    line_number as order_line_number,
    cast(product_id as varchar) as product_id,
    cast(null as bigint) as parent_line_number,
    quantity as ordered_quantity,
    cast(unit_price as decimal(18, 4)) as list_price_amount,
    cast(unit_price * (1 - discount) as decimal(18, 4)) as unit_price_amount,
    cast(unit_price * quantity * (1 - discount) as decimal(18, 4)) as net_amount,
    changed_at
from northwind.order_details
