/*---
description = """A payment has the currency of its invoice, and all payments of an invoice \
together do not exceed what it asks for, nor those back what a credit note grants."""
severity    = "warning"
---*/

select
    entity_id,
    period_id,
    payment_id,
    invoice_id,
    currency_code,
    paid_amount,
    invoice_gross_amount,
    invoice_open_amount
from marts.fct_payments
where invoice_gross_amount is not null
    and (
        invoice_open_amount is null
        or (invoice_gross_amount >= 0 and invoice_open_amount < 0)
        or (invoice_gross_amount < 0 and invoice_open_amount > 0)
    )
