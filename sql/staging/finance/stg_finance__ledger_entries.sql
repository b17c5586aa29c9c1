/*---
description = "Postings of the general ledger, drafts included; debit is positive."
grain       = ["entry_id"]
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
