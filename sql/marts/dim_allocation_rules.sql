/*---
description = """Rules that spread pools of cost as they hold in a period, with the reason that \
whoever decided gave, one row a period and rule."""
grain       = ["period_id", "rule_id"]

[columns]
period_id = "Accounting period in which the rule holds."
---*/

-- A reason is no figure: mended later it is told of closed periods too, whose amounts stay.
select
    dated.period_id,
    dated.rule_id,
    dated.step_number,
    dated.pool_name,
    dated.entity_id,
    dated.cost_function,
    dated.driver_name,
    dated.minutes_per_unit,
    dated.pool_share_ratio,
    dated.receiver_kind,
    dated.receiver_pool_name,
    dated.statement_line,
    rules.rule_reason,
    dated.valid_from_on,
    rules.valid_to_on
from intermediate.int_rules_dated as dated
inner join staging.stg_inputs__allocation_rules as rules
    on rules.rule_id = dated.rule_id
    and rules.valid_from_on = dated.valid_from_on
