/*---
description = """What documents and ledger differ by is explained, account by account, to the last \
unit."""
severity    = { open = "warning", closed = "error", period = "period_id" }

[units]
unexplained_functional_amount = "functional_currency_code"
---*/

select
    subledger,
    entity_id,
    period_id,
    account_id,
    document_functional_amount,
    ledger_functional_amount,
    unexplained_functional_amount,
    functional_currency_code
from marts.fct_reconciliation
where unexplained_functional_amount <> 0
    and reconciliation_status = 'unreconciled'
