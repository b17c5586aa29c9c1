/*---
description = "Documents to customers with net, tax and gross amount."
grain       = ["invoice_id"]

[shape]
invoice_id           = "text"
entity_id            = "text"
debtor_id            = "text"
order_id             = "text"
corrected_invoice_id = "text"
invoice_kind         = "text"
currency_code        = "text"
net_amount           = "decimal(18,2)"
tax_amount           = "decimal(18,2)"
gross_amount         = "decimal(18,2)"
invoiced_on          = "date"
due_on               = "date"
---*/

select
    invoice_id,
    entity_id,
    debtor_id,
    order_id,
    corrected_invoice_id,
    invoice_kind,
    currency_code,
    net_amount,
    tax_amount,
    gross_amount,
    invoiced_on,
    due_on
from finance.invoices
