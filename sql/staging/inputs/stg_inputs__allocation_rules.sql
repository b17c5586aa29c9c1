/*---
description = "Rules of allocation with pool, driver and receiver."
grain       = ["rule_id", "valid_from_on"]

[shape]
rule_id            = "text"
valid_from_on      = "date"
entity_id          = "text"
account_from_id    = "text"
account_to_id      = "text"
pool_name          = "text"
cost_function      = "text"
driver_name        = "text"
receiver_kind      = "text"
receiver_pool_name = "text"
statement_line     = "text"
rule_reason        = "text"
step_number        = "integer"
minutes_per_unit   = "decimal(18,4)"
pool_share_ratio   = "decimal(9,6)"
valid_to_on        = "date"
---*/

select
    rule_id,
    valid_from_on,
    entity_id,
    account_from_id,
    account_to_id,
    pool_name,
    cost_function,
    driver_name,
    receiver_kind,
    receiver_pool_name,
    statement_line,
    rule_reason,
    step_number,
    minutes_per_unit,
    pool_share_ratio,
    valid_to_on
from inputs.allocation_rules
