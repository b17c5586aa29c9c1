/*---
description = """Posted entries whose cost a pool collects, one row an entry and booking: those \
that come to customers neither by a document nor by a debtor, on accounts of a valid rule."""
grain       = ["entry_id", "booking_number"]
month       = "posted_on"

[inputs]
"intermediate.int_ledger_scoped" = "same_month"
"intermediate.int_rules_dated" = { key = "period_id", in = "intermediate.int_ledger_scoped" }

[columns]
pool_name = """Pool that collects the entry. Where rules of several pools cover it, the one that \
names the entity, then the function, then begins with the higher account; a check names them."""
covering_pool_count = "Pools whose rules cover the entry."
functional_amount = "Amount in the entity's currency as booked; cost is negative."
reporting_amount = "Amount in the reporting currency; null where the entry has no rate."
---*/

-- Entries are many and their combinations of account and function few, so that rules meet these.
with combinations as (
    select distinct period_id, entity_id, account_id, coalesce(cost_function, '') as cost_function
    from intermediate.int_ledger_scoped
    where entry_class = 'open'
),

-- Numbers of accounts are compared as text. A direct rule makes no pool.
covered_combinations as (
    select
        combinations.period_id,
        combinations.entity_id,
        combinations.account_id,
        combinations.cost_function,
        rules.pool_name,
        max(rules.entity_id is not null) as has_entity,
        max(rules.cost_function is not null) as has_function,
        max(rules.account_from_id) as account_from_id
    from combinations
    inner join intermediate.int_rules_dated as rules
        on rules.period_id = combinations.period_id
        and combinations.account_id between rules.account_from_id and rules.account_to_id
        and coalesce(rules.entity_id, combinations.entity_id) = combinations.entity_id
        and coalesce(rules.cost_function, combinations.cost_function) = combinations.cost_function
        and rules.driver_name <> 'direct'
    group by
        combinations.period_id,
        combinations.entity_id,
        combinations.account_id,
        combinations.cost_function,
        rules.pool_name
),

preferred_pools as (
    select
        *,
        count(*) over (
            partition by period_id, entity_id, account_id, cost_function
        ) as covering_pool_count,
        row_number() over (
            partition by period_id, entity_id, account_id, cost_function
            order by has_entity desc, has_function desc, account_from_id desc, pool_name
        ) as preference
    from covered_combinations
)

select
    entries.entry_id,
    entries.booking_number,
    entries.period_id,
    entries.entity_id,
    entries.account_id,
    pools.pool_name,
    pools.covering_pool_count,
    entries.cost_centre_id,
    entries.cost_function,
    entries.document_id,
    entries.profit_line,
    entries.functional_currency_code,
    entries.reporting_currency_code,
    entries.functional_amount,
    entries.reporting_amount,
    entries.posted_on
from intermediate.int_ledger_scoped as entries
inner join preferred_pools as pools
    on pools.period_id = entries.period_id
    and pools.entity_id = entries.entity_id
    and pools.account_id = entries.account_id
    and pools.cost_function = coalesce(entries.cost_function, '')
    and pools.preference = 1
where entries.entry_class = 'open'
