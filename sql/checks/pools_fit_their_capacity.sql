/*---
description = """The capacity of pools that are spread at its rate is known, and customers use no \
more than there is; above it a unit costs the pool divided by what is used, and nothing is \
unused."""
severity    = "warning"
---*/

select
    entity_id,
    period_id,
    pool_name,
    capacity_unit,
    practical_quantity,
    used_quantity,
    case when is_overused then 'more is used than there is' else 'the capacity is not known' end
        as mistake
from intermediate.int_rules_measured
where capacity_unit is not null
    and rule_kind = 'unused_capacity'
    and (is_overused or practical_quantity is null)
