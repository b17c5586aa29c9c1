/*---
description = "Shipped quantities; a shipment holds all lines of its order."
grain       = ["delivery_id", "delivery_line_number"]

[shape]
delivery_id = "text"
delivery_line_number = "integer"
order_id = "text"
product_id = "text"
order_line_number = "integer"
delivered_quantity = "integer"
changed_at = "timestamp"
---*/

select
    cast(order_id as varchar) as delivery_id,
    line_number as delivery_line_number,
    cast(order_id as varchar) as order_id,
    cast(product_id as varchar) as product_id,
    line_number as order_line_number,
    quantity as delivered_quantity,
    changed_at
from northwind.shipment_lines
