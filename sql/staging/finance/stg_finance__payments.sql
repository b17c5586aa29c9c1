/*---
description = "Payments by invoice."
grain       = ["payment_id"]
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
