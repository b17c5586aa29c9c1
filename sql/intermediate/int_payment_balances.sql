/*---
description = """What had been paid on an invoice with each of its payments, one row a payment \
that names an invoice."""
grain       = ["payment_id"]

[columns]
payment_number = "Which payment of its invoice it is, from 1: by day, then by number."
invoice_paid_amount = """Paid on the invoice up to this payment and with it, in the currency of \
the payment; money paid back counts negative."""
---*/

select
    payment_id,
    row_number() over (
        partition by invoice_id, currency_code
        order by paid_on, payment_id
    ) as payment_number,
    cast(
        sum(cast(paid_amount as decimal(18, 4))) over (
            partition by invoice_id, currency_code
            order by paid_on, payment_id
            rows between unbounded preceding and current row
        ) as decimal(18, 4)
    ) as invoice_paid_amount
from staging.stg_finance__payments
where invoice_id is not null
