/*---
description = """Accounts with documents that are posted in another period, or converted otherwise \
than documents are, so that the period's ledger differs from its documents."""
severity    = "warning"
---*/

select
    subledger,
    entity_id,
    period_id,
    account_id,
    timing_functional_amount,
    currency_or_rounding_functional_amount
from marts.fct_reconciliation
where reconciliation_status = 'unreconciled'
    and (timing_functional_amount <> 0 or currency_or_rounding_functional_amount <> 0)
