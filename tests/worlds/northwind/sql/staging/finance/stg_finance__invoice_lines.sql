/*---
description = "Invoiced goods: the lines of the order, delivered where the order was shipped."
grain       = ["invoice_id", "invoice_line_number"]

[shape]
invoice_id = "text"
invoice_line_number = "integer"
order_id = "text"
delivery_id = "text"
product_id = "text"
line_kind = "text"
order_line_number = "integer"
delivery_line_number = "integer"
invoiced_quantity = "integer"
list_amount = "decimal(18,4)"
discount_amount = "decimal(18,4)"
net_amount = "decimal(18,4)"
tax_amount = "decimal(18,4)"
invoiced_on = "date"
---*/

select
    cast(invoice_id as varchar) as invoice_id,
    line_number as invoice_line_number,
    cast(invoice_id as varchar) as order_id,
    case when shipped_on is not null then cast(invoice_id as varchar) end as delivery_id,
    cast(product_id as varchar) as product_id,
    'goods' as line_kind,
    line_number as order_line_number,
    case when shipped_on is not null then line_number end as delivery_line_number,
    quantity as invoiced_quantity,
    cast(unit_price * quantity as decimal(18, 4)) as list_amount,
    cast(unit_price * quantity * discount as decimal(18, 4)) as discount_amount,
    cast(unit_price * quantity * (1 - discount) as decimal(18, 4)) as net_amount,
    cast(0 as decimal(18, 4)) as tax_amount,
    invoiced_on
from northwind.invoice_lines
