/*---
description = """What makes and settles the claims of documents to customers, one row a document \
or payment; the sum up to a day is what the documents leave open then."""
grain       = ["movement_kind", "movement_id"]

[columns]
movement_kind = "document, which makes a claim (a credit note a negative one), or payment."
movement_id = "Number of the document or payment."
invoice_id = """Document that the movement belongs to; null for money that no invoice asked for, \
which is a prepayment until one does."""
local_customer_id = "Number of the debtor in bookkeeping."
movement_amount = """Gross amount of the document, with tax, or what was paid with its sign turned \
round; in the currency of the movement."""
due_on = "Day on which the document is due; of a payment that of its document."
moved_on = "Day of the document or payment."
---*/

select
    'document' as movement_kind,
    invoice_id as movement_id,
    invoice_id,
    entity_id,
    debtor_id as local_customer_id,
    currency_code,
    cast(coalesce(gross_amount, net_amount + coalesce(tax_amount, 0)) as decimal(18, 4))
        as movement_amount,
    due_on,
    invoiced_on as moved_on
from staging.stg_finance__invoices
union all
select
    'payment' as movement_kind,
    payments.payment_id as movement_id,
    payments.invoice_id,
    payments.entity_id,
    coalesce(payments.debtor_id, invoices.debtor_id) as local_customer_id,
    payments.currency_code,
    cast(-payments.paid_amount as decimal(18, 4)) as movement_amount,
    invoices.due_on,
    payments.paid_on as moved_on
from staging.stg_finance__payments as payments
left join staging.stg_finance__invoices as invoices
    on invoices.invoice_id = payments.invoice_id
