/*---
description = "Invoiced goods and services, amounts in the currency of the invoice."
grain       = ["invoice_id", "invoice_line_number"]

[shape]
invoice_id           = "text"
invoice_line_number  = "integer"
order_id             = "text"
delivery_id          = "text"
product_id           = "text"
line_kind            = "text"
order_line_number    = "integer"
delivery_line_number = "integer"
invoiced_quantity    = "integer"
list_amount          = "decimal(18,2)"
discount_amount      = "decimal(18,2)"
net_amount           = "decimal(18,2)"
tax_amount           = "decimal(18,2)"
invoiced_on          = "date"
---*/

select
    invoice_id,
    invoice_line_number,
    order_id,
    delivery_id,
    sku as product_id,
    line_kind,
    order_line_number,
    delivery_line_number,
    quantity as invoiced_quantity,
    list_amount,
    discount_amount,
    net_amount,
    tax_amount,
    invoiced_on
from finance.invoice_lines
