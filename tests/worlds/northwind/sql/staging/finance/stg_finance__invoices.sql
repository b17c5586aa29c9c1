/*---
description = "One invoice an order (see the contract of northwind.invoices); no tax is known."
grain       = ["invoice_id"]

[shape]
invoice_id = "text"
entity_id = "text"
debtor_id = "text"
order_id = "text"
corrected_invoice_id = "text"
invoice_kind = "text"
currency_code = "text"
net_amount = "decimal(18,4)"
tax_amount = "decimal(18,4)"
gross_amount = "decimal(18,4)"
invoiced_on = "date"
due_on = "date"
---*/

select
    cast(invoice_id as varchar) as invoice_id,
    'NW' as entity_id,
    customer_id as debtor_id,
    cast(invoice_id as varchar) as order_id,
    cast(null as varchar) as corrected_invoice_id,
    'invoice' as invoice_kind,
    'USD' as currency_code,
    net_amount,
    cast(0 as decimal(18, 4)) as tax_amount,
    net_amount as gross_amount,
    invoiced_on,
    cast(null as date) as due_on
from northwind.invoices
