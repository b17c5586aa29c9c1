/*---
description = "Payments by invoice."
grain       = ["payment_id"]

[shape]
payment_id    = "text"
entity_id     = "text"
debtor_id     = "text"
invoice_id    = "text"
payment_kind  = "text"
currency_code = "text"
paid_amount   = "decimal(18,2)"
paid_on       = "date"
---*/

select
    payment_id,
    entity_id,
    debtor_id,
    invoice_id,
    payment_kind,
    currency_code,
    paid_amount,
    paid_on
from finance.payments
