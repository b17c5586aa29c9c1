/*---
description = """Customer profit holds every posted amount of revenue and cost once: per period, \
entity and account its rows sum to the ledger, in both currencies."""
severity    = "error"
---*/

with of_ledger as (
    select
        period_id,
        entity_id,
        account_id,
        cast(-sum(net_functional_amount) as decimal(18, 4)) as functional_amount,
        cast(-sum(net_reporting_amount) as decimal(18, 4)) as reporting_amount
    from marts.fct_ledger_entries
    where is_posted
        and coalesce(account_kind, 'unknown') not in ('asset', 'liability', 'equity')
    group by period_id, entity_id, account_id
),

of_profit as (
    select
        period_id,
        entity_id,
        account_id,
        cast(sum(functional_amount) as decimal(18, 4)) as functional_amount,
        cast(sum(reporting_amount) as decimal(18, 4)) as reporting_amount
    from marts.fct_profit_lines
    group by period_id, entity_id, account_id
)

select
    coalesce(of_ledger.period_id, of_profit.period_id) as period_id,
    coalesce(of_ledger.entity_id, of_profit.entity_id) as entity_id,
    coalesce(of_ledger.account_id, of_profit.account_id) as account_id,
    of_ledger.functional_amount as ledger_functional_amount,
    of_profit.functional_amount as profit_functional_amount,
    of_ledger.reporting_amount as ledger_reporting_amount,
    of_profit.reporting_amount as profit_reporting_amount
from of_ledger
full join of_profit
    on of_profit.period_id = of_ledger.period_id
    and of_profit.entity_id = of_ledger.entity_id
    and of_profit.account_id = of_ledger.account_id
where coalesce(of_ledger.functional_amount, 0) <> coalesce(of_profit.functional_amount, 0)
    or coalesce(of_ledger.reporting_amount, 0) <> coalesce(of_profit.reporting_amount, 0)
