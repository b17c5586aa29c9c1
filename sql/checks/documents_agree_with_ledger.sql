/*---
description = """Every document is posted once, with its amount and its sign, where it belongs, \
and every posting has its document; beyond what is tolerated of an account the documents are \
named."""
severity    = { open = "warning", closed = "error", period = "period_id" }

[units]
difference_functional_amount = "functional_currency_code"
---*/

-- What is posted in another period or at another rate is named by postings_of_other_periods.
select
    items.subledger,
    items.entity_id,
    items.period_id,
    items.account_id,
    items.document_id,
    items.document_part,
    items.difference_class,
    items.document_functional_amount,
    items.ledger_functional_amount,
    items.difference_functional_amount,
    items.functional_currency_code
from marts.fct_reconciliation_items as items
inner join marts.fct_reconciliation as accounts
    on accounts.subledger = items.subledger
    and accounts.period_id = items.period_id
    and accounts.entity_id = items.entity_id
    and accounts.account_id = items.account_id
where items.is_explained
    and (
        items.difference_class = 'unknown_customer'
        or (
            items.difference_class not in ('', 'timing', 'currency_or_rounding')
            and accounts.reconciliation_status = 'unreconciled'
        )
    )
