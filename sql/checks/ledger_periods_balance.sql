/*---
description = "Posted entries of an entity sum to zero in each period, in the entity's currency."
severity    = { open = "warning", closed = "error", period = "period_id" }

[units]
difference_amount = "functional_currency_code"
---*/

select
    entity_id,
    period_id,
    count(*) as entry_count,
    cast(sum(net_functional_amount) as decimal(18, 4)) as difference_amount,
    functional_currency_code
from marts.fct_ledger_entries
where is_posted
group by entity_id, period_id, functional_currency_code
having sum(net_functional_amount) <> 0
