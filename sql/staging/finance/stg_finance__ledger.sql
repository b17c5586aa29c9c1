/*---
description = "Postings of the general ledger; debit is positive."
grain       = ["entry_id"]
---*/

select
    entry_id,
    account as account_id,
    cost_centre as cost_centre_id,
    customer_id,
    document as document_id,
    amount as posted_amount,
    posted_on
from finance.ledger
