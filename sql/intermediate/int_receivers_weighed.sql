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

[columns]
statement_line = "Line of the profit statement that the rule names."
driver_name = "Quantity by which it is spread; null where nothing drives it."
product_category = "Category of the product; 'unassigned' where no product is known."
rule_id = "Rule that spreads or gives; for unused capacity the rule that says so."
part_name = "Part of the pool that is spread in one go."
part_rule_id = "First rule of the part for customers, by which ties between parts are broken."
part_share_ratio = "Share of the pool that the part takes, in proportion to those of all its parts."
customer_id = """Customer who drives the cost; unused_capacity for what the capacity exceeds its \
use; unassigned also where nothing drives the part."""
receiver_key = "By this equal remainders are put in order."
attribution_reason = "Rule that spreads; no_driver where nothing drives the part."
driver_quantity = """Quantity of the customer by the rule's driver; null for unused capacity and \
where nothing drives the part."""
driver_total_quantity = "The same of all customers of the entity."
receiver_weight = """Quantity times minutes of a unit, or as it is where the rule has no minutes; \
of unused capacity what is left of it."""
practical_quantity = """What the entity has to offer in the unit of capacity: practical minutes of \
the function, or pallet places times days; null where the part has no capacity or nobody knows it."""
used_quantity = "What customers used of it; null where the part has no capacity."
unused_quantity = "What nobody used; 0 where more is used than there is."
is_overused = "Whether customers used more than there is, so that each unit costs less than planned."
capacity_unit = "What capacity is counted in: minutes or pallet_days; null without."
---*/

with account_nets as (
    select
        period_id,
        entity_id,
        pool_name,
        account_id,
        sum(functional_amount) as functional_amount,
        coalesce(sum(reporting_amount), 0) as reporting_amount
    from intermediate.int_pools_filled
    group by period_id, entity_id, pool_name, account_id
),

filled_pools as (
    select distinct period_id, entity_id, pool_name
    from account_nets
    where functional_amount <> 0
        or reporting_amount <> 0
),

-- A pool that only gives, and found nobody to give to, is spread by nothing.
pool_rules as (
    select
        pools.period_id,
        pools.entity_id,
        pools.pool_name,
        rules.driver_period_id,
        rules.rule_id,
        rules.receiver_kind,
        rules.driver_name,
        rules.cost_function,
        rules.statement_line,
        rules.minutes_per_unit,
        rules.pool_share_ratio,
        rules.part_name,
        rules.capacity_unit
    from filled_pools as pools
    inner join intermediate.int_rules_dated as rules
        on rules.period_id = pools.period_id
        and rules.pool_name = pools.pool_name
        and coalesce(rules.entity_id, pools.entity_id) = pools.entity_id
        and rules.driver_name <> 'direct'
),

-- Where all rules state a share of nothing, they share alike.
parts as (
    select
        period_id,
        entity_id,
        pool_name,
        part_name,
        driver_period_id,
        capacity_unit,
        part_rule_id,
        unused_rule_id,
        cost_function,
        statement_line,
        unused_statement_line,
        rule_count,
        case
            when sum(pool_share_ratio) over (partition by period_id, entity_id, pool_name) > 0
                then pool_share_ratio
            else cast(1 as decimal(9, 6))
        end as part_share_ratio
    from (
        select
            period_id,
            entity_id,
            pool_name,
            part_name,
            max(driver_period_id) as driver_period_id,
            max(capacity_unit) as capacity_unit,
            min(rule_id) filter (where receiver_kind = 'customer') as part_rule_id,
            min(rule_id) filter (where receiver_kind = 'unused_capacity') as unused_rule_id,
            max(cost_function) filter (where receiver_kind = 'unused_capacity') as cost_function,
            max(statement_line) filter (where receiver_kind = 'customer') as statement_line,
            max(statement_line) filter (where receiver_kind = 'unused_capacity')
                as unused_statement_line,
            count(*) filter (where receiver_kind = 'customer') as rule_count,
            greatest(
                max(pool_share_ratio) filter (where receiver_kind = 'customer'), 0
            ) as pool_share_ratio
        from pool_rules
        where receiver_kind <> 'pool'
        group by period_id, entity_id, pool_name, part_name
    ) as grouped_rules
    where part_rule_id is not null
),

driven_customers as (
    select
        rules.period_id,
        rules.entity_id,
        rules.pool_name,
        rules.part_name,
        rules.rule_id,
        rules.driver_name,
        rules.statement_line,
        drivers.customer_id,
        drivers.product_category,
        drivers.driver_quantity,
        cast(
            drivers.driver_quantity * coalesce(rules.minutes_per_unit, 1) as decimal(38, 8)
        ) as receiver_weight
    from pool_rules as rules
    inner join intermediate.int_drivers_measured as drivers
        on drivers.period_id = rules.driver_period_id
        and drivers.entity_id = rules.entity_id
        and drivers.driver_name = rules.driver_name
    where rules.receiver_kind = 'customer'
        and drivers.driver_quantity > 0
        and coalesce(rules.minutes_per_unit, 1) > 0
),

rule_totals as (
    select
        period_id,
        entity_id,
        pool_name,
        part_name,
        rule_id,
        sum(driver_quantity) as driver_total_quantity,
        sum(receiver_weight) as receiver_weight
    from driven_customers
    group by period_id, entity_id, pool_name, part_name, rule_id
),

part_totals as (
    select
        period_id,
        entity_id,
        pool_name,
        part_name,
        sum(receiver_weight) as used_weight
    from rule_totals
    group by period_id, entity_id, pool_name, part_name
),

practical_times as (
    select
        period_id,
        entity_id,
        cost_function,
        sum(practical_minutes) as practical_minutes
    from marts.fct_capacity
    group by period_id, entity_id, cost_function
),

entity_places as (
    select
        periods.period_id,
        warehouses.entity_id,
        sum(
            warehouses.pallet_place_count
            * (periods.ends_on - periods.starts_on + 1)
        ) as pallet_days
    from marts.dim_warehouses as warehouses
    cross join marts.dim_periods as periods
    group by periods.period_id, warehouses.entity_id
),

measured_parts as (
    select
        parts.*,
        coalesce(part_totals.used_weight, 0) as used_weight,
        cast(
            case parts.capacity_unit
                when 'minutes' then times.practical_minutes
                when 'pallet_days' then places.pallet_days
            end as decimal(38, 8)
        ) as practical_quantity
    from parts
    left join part_totals
        on part_totals.period_id = parts.period_id
        and part_totals.entity_id = parts.entity_id
        and part_totals.pool_name = parts.pool_name
        and part_totals.part_name = parts.part_name
    left join practical_times as times
        on parts.capacity_unit = 'minutes'
        and times.period_id = parts.driver_period_id
        and times.entity_id = parts.entity_id
        and times.cost_function = parts.cost_function
    left join entity_places as places
        on parts.capacity_unit = 'pallet_days'
        and places.period_id = parts.driver_period_id
        and places.entity_id = parts.entity_id
),

driven_receivers as (
    select
        driven.period_id,
        driven.entity_id,
        driven.pool_name,
        driven.part_name,
        driven.rule_id,
        driven.customer_id,
        driven.product_category,
        driven.rule_id as attribution_reason,
        driven.driver_name,
        driven.statement_line,
        driven.driver_quantity,
        totals.driver_total_quantity,
        driven.receiver_weight
    from driven_customers as driven
    inner join rule_totals as totals
        on totals.period_id = driven.period_id
        and totals.entity_id = driven.entity_id
        and totals.pool_name = driven.pool_name
        and totals.rule_id = driven.rule_id
),

unused_receivers as (
    select
        period_id,
        entity_id,
        pool_name,
        part_name,
        unused_rule_id as rule_id,
        'unused_capacity' as customer_id,
        'unassigned' as product_category,
        unused_rule_id as attribution_reason,
        cast(null as varchar) as driver_name,
        coalesce(unused_statement_line, statement_line) as statement_line,
        cast(null as decimal(18, 4)) as driver_quantity,
        cast(null as decimal(18, 4)) as driver_total_quantity,
        practical_quantity - used_weight as receiver_weight
    from measured_parts
    where practical_quantity > used_weight
),

undriven_receivers as (
    select
        period_id,
        entity_id,
        pool_name,
        part_name,
        part_rule_id as rule_id,
        'unassigned' as customer_id,
        'unassigned' as product_category,
        'no_driver' as attribution_reason,
        cast(null as varchar) as driver_name,
        statement_line,
        cast(null as decimal(18, 4)) as driver_quantity,
        cast(null as decimal(18, 4)) as driver_total_quantity,
        cast(1 as decimal(38, 8)) as receiver_weight
    from measured_parts
    where used_weight = 0
        and coalesce(practical_quantity, 0) <= 0
),

receivers as (
    select * from driven_receivers
    union all
    select * from unused_receivers
    union all
    select * from undriven_receivers
),

orphaned_pools as (
    select
        period_id,
        entity_id,
        pool_name,
        min(rule_id) as rule_id,
        min(statement_line) as statement_line
    from pool_rules
    group by period_id, entity_id, pool_name
    having not max(receiver_kind = 'customer')
)

select
    receivers.period_id,
    receivers.entity_id,
    receivers.pool_name,
    receivers.rule_id,
    receivers.customer_id,
    receivers.product_category,
    receivers.part_name,
    parts.part_rule_id,
    parts.part_share_ratio,
    concat(
        receivers.customer_id,
        '/',
        receivers.product_category,
        case when parts.rule_count > 1 then concat('/', receivers.rule_id) else '' end
    ) as receiver_key,
    receivers.attribution_reason,
    receivers.driver_name,
    receivers.statement_line,
    receivers.driver_quantity,
    cast(receivers.driver_total_quantity as decimal(18, 4)) as driver_total_quantity,
    receivers.receiver_weight,
    cast(parts.practical_quantity as decimal(18, 4)) as practical_quantity,
    case
        when parts.capacity_unit is not null then cast(parts.used_weight as decimal(18, 4))
    end as used_quantity,
    case
        when parts.practical_quantity is not null
            then cast(
                greatest(parts.practical_quantity - parts.used_weight, 0) as decimal(18, 4)
            )
    end as unused_quantity,
    parts.capacity_unit,
    coalesce(parts.used_weight > parts.practical_quantity, false) as is_overused
from receivers
inner join measured_parts as parts
    on parts.period_id = receivers.period_id
    and parts.entity_id = receivers.entity_id
    and parts.pool_name = receivers.pool_name
    and parts.part_name = receivers.part_name
union all
select
    period_id,
    entity_id,
    pool_name,
    rule_id,
    'unassigned' as customer_id,
    'unassigned' as product_category,
    rule_id as part_name,
    rule_id as part_rule_id,
    cast(1 as decimal(9, 6)) as part_share_ratio,
    'unassigned/unassigned' as receiver_key,
    'no_driver' as attribution_reason,
    cast(null as varchar) as driver_name,
    statement_line,
    cast(null as decimal(18, 4)) as driver_quantity,
    cast(null as decimal(18, 4)) as driver_total_quantity,
    cast(1 as decimal(38, 8)) as receiver_weight,
    cast(null as decimal(18, 4)) as practical_quantity,
    cast(null as decimal(18, 4)) as used_quantity,
    cast(null as decimal(18, 4)) as unused_quantity,
    cast(null as varchar) as capacity_unit,
    false as is_overused
from orphaned_pools
