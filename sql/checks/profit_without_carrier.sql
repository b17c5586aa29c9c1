/*---
description = """Cost that no rule of inputs.allocation_rules covers and amounts of customers that \
nobody knows: they stay unassigned, and what customers seem to earn is so much too high or low."""
severity    = "warning"
---*/

select
    period_id,
    entity_id,
    account_id,
    attribution_reason,
    cast(sum(functional_amount) as decimal(18, 4)) as functional_amount,
    cast(sum(reporting_amount) as decimal(18, 4)) as reporting_amount
from marts.fct_profit_lines
where attribution_reason in ('no_rule', 'unknown_customer')
group by period_id, entity_id, account_id, attribution_reason
