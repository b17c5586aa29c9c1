/*---
description = """Who takes part in what is left in pools of cost and with what weight, one row a \
period, entity, pool, rule, customer and product category."""
grain       = [
    "period_id",
    "entity_id",
    "pool_name",
    "rule_id",
    "customer_id",
    "product_category",
]
month       = "ends_on"

[inputs]
"intermediate.int_rules_measured" = "same_month"

[inputs."intermediate.int_drivers_measured"]
key = ["period_id", "entity_id", "driver_name"]
as = [["driver_period_id", "entity_id", "driver_name"]]
in = "intermediate.int_rules_measured"

[columns]
customer_id = """Customer who drives the cost; unused_capacity for what the capacity exceeds its \
use; unassigned also where nothing drives the part."""
product_category = "Category of the product; 'unassigned' where no product is known."
part_number = "Number of the part of the pool, by which it is spread."
receiver_key = "By this equal remainders are put in order."
attribution_reason = "Rule that spreads; no_driver where nothing drives the part."
driver_quantity = """Quantity of the customer by the rule's driver; null for unused capacity and \
where nothing drives the part."""
receiver_weight = """Quantity times minutes of a unit, or as it is where the rule has no minutes; \
of unused capacity what is left of it."""
---*/

select
    rules.period_id,
    rules.entity_id,
    rules.pool_name,
    rules.rule_id,
    drivers.customer_id,
    drivers.product_category,
    rules.part_number,
    concat(
        drivers.customer_id,
        '/',
        drivers.product_category,
        case when rules.customer_rule_count > 1 then concat('/', rules.rule_id) else '' end
    ) as receiver_key,
    rules.rule_id as attribution_reason,
    drivers.driver_quantity,
    cast(drivers.driver_quantity * rules.unit_weight as decimal(38, 8)) as receiver_weight,
    rules.ends_on
from intermediate.int_drivers_measured as drivers
inner join intermediate.int_rules_measured as rules
    on rules.driver_period_id = drivers.period_id
    and rules.entity_id = drivers.entity_id
    and rules.driver_name = drivers.driver_name
where rules.rule_kind = 'customer'
    and rules.unit_weight > 0
    and drivers.driver_quantity > 0
union all
select
    period_id,
    entity_id,
    pool_name,
    rule_id,
    'unused_capacity' as customer_id,
    'unassigned' as product_category,
    part_number,
    'unused_capacity/unassigned' as receiver_key,
    rule_id as attribution_reason,
    cast(null as decimal(18, 4)) as driver_quantity,
    cast(unused_quantity as decimal(38, 8)) as receiver_weight,
    ends_on
from intermediate.int_rules_measured
where rule_kind = 'unused_capacity'
    and unused_quantity > 0
union all
select
    period_id,
    entity_id,
    pool_name,
    rule_id,
    'unassigned' as customer_id,
    'unassigned' as product_category,
    part_number,
    'unassigned/unassigned' as receiver_key,
    'no_driver' as attribution_reason,
    cast(null as decimal(18, 4)) as driver_quantity,
    cast(1 as decimal(38, 8)) as receiver_weight,
    ends_on
from intermediate.int_rules_measured
where rule_id = part_rule_id
    and not is_driven
