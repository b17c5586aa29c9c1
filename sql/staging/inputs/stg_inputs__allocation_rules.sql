/*---
description = "Rules of allocation with pool, driver and receiver."
grain       = ["rule_id", "valid_from_on"]
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
    statement_line,
    rule_reason,
    step_number,
    minutes_per_unit,
    valid_to_on
from inputs.allocation_rules
