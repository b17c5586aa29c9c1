/*---
description = """Every account that is posted to lies in a range of inputs.account_map on that \
day; the amount of one that does not stays unassigned."""
severity    = { open = "warning", closed = "error", period = "period_id" }

[units]
functional_amount = "functional_currency_code"
---*/

select
    entity_id,
    period_id,
    account_id,
    count(*) as entry_count,
    cast(sum(net_functional_amount) as decimal(18, 4)) as functional_amount,
    functional_currency_code
from marts.fct_ledger_entries
where is_posted
    and account_scope is null
group by entity_id, period_id, account_id, functional_currency_code
