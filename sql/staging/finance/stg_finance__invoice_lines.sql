/*---
description = "Invoiced goods and services, amounts in the currency of the invoice."
grain       = ["invoice_id", "invoice_line_number"]
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
