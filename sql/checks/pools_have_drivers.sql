/*---
description = """Something drives the cost of every pool; where nothing does in an entity and \
period, the cost stays unassigned."""
severity    = { open = "warning", closed = "error", period = "period_id" }

[units]
reporting_amount = "reporting_currency"
---*/

select
    entity_id,
    period_id,
    pool_name,
    rule_id,
    cast(sum(functional_amount) as decimal(18, 4)) as functional_amount,
    cast(sum(reporting_amount) as decimal(18, 4)) as reporting_amount
from intermediate.int_pools_allocated
where attribution_reason = 'no_driver'
group by entity_id, period_id, pool_name, rule_id
