/*---
description = """The ledger's fact holds every entry of the source, drafts too, and its amounts: \
per entity and account nothing is missing and both sums are the same."""
severity    = "error"
---*/

with of_source as (
    select
        entity_id,
        account_id,
        count(*) as entry_count,
        cast(sum(functional_amount) as decimal(18, 4)) as functional_amount
    from staging.stg_finance__ledger_entries
    group by entity_id, account_id
),

-- In closed periods the fact keeps what its source took back, beside a row that turns it round: the
-- sums agree all the same, the fact may have more rows, never fewer.
of_fact as (
    select
        entity_id,
        account_id,
        count(*) as entry_count,
        cast(sum(net_functional_amount) as decimal(18, 4)) as functional_amount
    from marts.fct_ledger_entries
    group by entity_id, account_id
)

select
    coalesce(of_source.entity_id, of_fact.entity_id) as entity_id,
    coalesce(of_source.account_id, of_fact.account_id) as account_id,
    coalesce(of_source.entry_count, 0) as source_entry_count,
    coalesce(of_fact.entry_count, 0) as fact_entry_count,
    of_source.functional_amount as source_functional_amount,
    of_fact.functional_amount as fact_functional_amount
from of_source
full join of_fact
    on of_fact.entity_id = of_source.entity_id
    and of_fact.account_id = of_source.account_id
where coalesce(of_fact.entry_count, 0) < coalesce(of_source.entry_count, 0)
    or coalesce(of_fact.functional_amount, 0) <> coalesce(of_source.functional_amount, 0)
