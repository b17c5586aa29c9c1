/*---
description = "Documents to customers with net, tax and gross amount."
grain       = ["invoice_id"]
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
