/*---
description = "Postings of the general ledger, drafts included; debit is positive."
grain       = ["entry_id"]

[shape]
entry_id          = "text"
entity_id         = "text"
period_id         = "text"
account_id        = "text"
cost_centre_id    = "text"
debtor_id         = "text"
document_id       = "text"
document_type     = "text"
posting_origin    = "text"
posting_status    = "text"
currency_code     = "text"
posting_text      = "text"
posted_amount     = "decimal(18,2)"
functional_amount = "decimal(18,2)"
posted_on         = "date"
document_on       = "date"
---*/

select
    entry_id,
    entity_id,
    period_id,
    account_id,
    cost_centre_id,
    debtor_id,
    document_id,
    document_type,
    posting_origin,
    posting_status,
    currency_code,
    posting_text,
    posted_amount,
    functional_amount,
    posted_on,
    document_on
from finance.ledger_entries
