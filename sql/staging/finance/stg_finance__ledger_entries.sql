/*---
description = "Postings of the general ledger; debit is positive."
grain       = ["entry_id"]
---*/

select
    entry_id,
    account_id,
    cost_centre_id,
    customer_id,
    document_id,
    posted_amount,
    posted_on
from finance.ledger_entries
