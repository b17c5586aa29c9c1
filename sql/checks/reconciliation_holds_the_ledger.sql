/*---
description = """The reconciliation holds all that is posted on accounts which documents explain, \
and all that documents say: per period, entity and account nothing is missing."""
severity    = "error"
---*/

with posted as (
    select
        period_id,
        entity_id,
        account_id,
        cast(sum(functional_amount) as decimal(18, 4)) as functional_amount
    from intermediate.int_ledger_scoped
    where entry_class = 'document'
        or (entry_class in ('direct', 'open') and subledger in ('campaigns', 'deliveries'))
    group by period_id, entity_id, account_id
),

reconciled as (
    select
        period_id,
        entity_id,
        account_id,
        cast(sum(ledger_functional_amount) as decimal(18, 4)) as functional_amount
    from marts.fct_reconciliation
    group by period_id, entity_id, account_id
)

select
    coalesce(posted.period_id, reconciled.period_id) as period_id,
    coalesce(posted.entity_id, reconciled.entity_id) as entity_id,
    coalesce(posted.account_id, reconciled.account_id) as account_id,
    posted.functional_amount as posted_amount,
    reconciled.functional_amount as reconciled_amount
from posted
full join reconciled
    on reconciled.period_id = posted.period_id
    and reconciled.entity_id = posted.entity_id
    and reconciled.account_id = posted.account_id
where coalesce(posted.functional_amount, 0) <> coalesce(reconciled.functional_amount, 0)
