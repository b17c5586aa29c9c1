/*---
description = """Rules that spread what is left in the pools of an entity, with what drives them \
and what capacity they draw on, one row a period, entity, pool and rule."""
grain       = ["period_id", "entity_id", "pool_name", "rule_id"]
month       = "ends_on"

[columns]
statement_line = "Line of the profit statement that the rule names, else another rule of its part."
part_name = "Name of the part; see int_rules_dated."
driver_period_id = "Regular period whose quantities and capacity the rule takes."
rule_kind = """customer or unused_capacity, as the rule says; orphan for the first rule of a pool \
that only gives to pools and has something left, which nothing drives."""
part_number = """Number of the part of the pool that is spread in one go: the last day of its \
period and six digits that count the parts of that day. What changes in one period leaves the \
numbers of all others as they are."""
part_rule_id = "First rule of the part for customers, by which ties between parts are broken."
part_share_ratio = "Share of the pool that the part takes, in proportion to those of all its parts."
customer_rule_count = "Rules for customers in the part."
unit_weight = "Minutes of a unit of the driver; 1 where the rule has none."
driver_total_quantity = "Quantities of all customers of the entity that are above zero."
used_weight = "The same of all rules of the part, times minutes of a unit where they have any."
practical_quantity = """What the entity has to offer in the unit of capacity: practical minutes \
of the function, or pallet places times days; null where the part has no capacity or nobody knows \
it."""
used_quantity = "What customers used of it; null where the part has no capacity."
unused_quantity = "What nobody used; 0 where more is used than there is, null where not known."
capacity_unit = "What capacity is counted in: minutes or pallet_days; null without."
is_overused = "Whether customers used more than there is, which makes a unit cost less."
is_driven = "Whether the part has a customer or unused capacity to go to."

[[checks.expressions]]
name = "part_number_begins_with_its_day"
sql = "part_number / 1000000 = cast(to_char(ends_on, '%Y%m%d') as bigint)"
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

pool_rules as (
    select
        pools.period_id,
        pools.entity_id,
        pools.pool_name,
        rules.ends_on,
        rules.driver_period_id,
        rules.rule_id,
        rules.receiver_kind,
        rules.driver_name,
        rules.cost_function,
        rules.statement_line,
        cast(coalesce(rules.minutes_per_unit, 1) as decimal(18, 4)) as unit_weight,
        rules.pool_share_ratio,
        rules.part_name,
        rules.capacity_unit,
        max(rules.receiver_kind = 'customer') over (
            partition by pools.period_id, pools.entity_id, pools.pool_name
        ) as has_customers,
        min(rules.rule_id) over (
            partition by pools.period_id, pools.entity_id, pools.pool_name
        ) as first_rule_id
    from filled_pools as pools
    inner join intermediate.int_rules_dated as rules
        on rules.period_id = pools.period_id
        and rules.pool_name = pools.pool_name
        and coalesce(rules.entity_id, pools.entity_id) = pools.entity_id
        and rules.driver_name <> 'direct'
),

-- A pool without a rule for customers has one part, which its first rule names.
part_rules as (
    select
        period_id,
        entity_id,
        pool_name,
        ends_on,
        driver_period_id,
        rule_id,
        case when has_customers then receiver_kind else 'orphan' end as rule_kind,
        driver_name,
        cost_function,
        statement_line,
        unit_weight,
        case when has_customers then pool_share_ratio else cast(1 as decimal(9, 6)) end
            as pool_share_ratio,
        case when has_customers then part_name else rule_id end as part_name,
        case when has_customers then capacity_unit end as capacity_unit
    from pool_rules
    where (has_customers and receiver_kind <> 'pool')
        or (not has_customers and rule_id = first_rule_id)
),

driver_totals as (
    select period_id, entity_id, driver_name, sum(driver_quantity) as driver_quantity
    from intermediate.int_drivers_measured
    where driver_quantity > 0
    group by period_id, entity_id, driver_name
),

practical_times as (
    select period_id, entity_id, cost_function, sum(practical_minutes) as practical_minutes
    from marts.fct_capacity
    group by period_id, entity_id, cost_function
),

entity_places as (
    select
        periods.period_id,
        warehouses.entity_id,
        sum(
            warehouses.pallet_place_count * (periods.ends_on - periods.starts_on + 1)
        ) as pallet_days
    from marts.dim_warehouses as warehouses
    cross join marts.dim_periods as periods
    group by periods.period_id, warehouses.entity_id
),

-- Capacity is that of the rule for unused capacity, which the other rules of the part share.
driven_rules as (
    select
        rules.*,
        case
            when rules.rule_kind = 'customer' and rules.unit_weight > 0
                then coalesce(totals.driver_quantity, 0)
            else 0
        end as driver_total_quantity,
        case
            when rules.rule_kind = 'unused_capacity' and rules.capacity_unit = 'minutes'
                then times.practical_minutes
            when rules.rule_kind = 'unused_capacity' then places.pallet_days
        end as practical_quantity
    from part_rules as rules
    left join driver_totals as totals
        on totals.period_id = rules.driver_period_id
        and totals.entity_id = rules.entity_id
        and totals.driver_name = rules.driver_name
    left join practical_times as times
        on times.period_id = rules.driver_period_id
        and times.entity_id = rules.entity_id
        and times.cost_function = rules.cost_function
    left join entity_places as places
        on places.period_id = rules.driver_period_id
        and places.entity_id = rules.entity_id
),

parts as (
    select
        period_id,
        entity_id,
        pool_name,
        part_name,
        ends_on,
        min(rule_id) filter (where rule_kind <> 'unused_capacity') as part_rule_id,
        min(rule_id) filter (where rule_kind = 'unused_capacity') as unused_rule_id,
        max(statement_line) filter (where rule_kind = 'customer') as statement_line,
        count(*) filter (where rule_kind = 'customer') as customer_rule_count,
        greatest(
            max(pool_share_ratio) filter (where rule_kind <> 'unused_capacity'), 0
        ) as part_share_ratio,
        sum(driver_total_quantity * unit_weight) as used_weight,
        max(practical_quantity) as practical_quantity
    from driven_rules
    group by period_id, entity_id, pool_name, part_name, ends_on
),

-- Where all rules state a share of nothing, they share alike. An adjusting period may end on the day
-- of a regular one, so that numbers are given by the day.
numbered_parts as (
    select
        period_id,
        entity_id,
        pool_name,
        part_name,
        part_rule_id,
        unused_rule_id,
        statement_line,
        customer_rule_count,
        case
            when sum(part_share_ratio) over (partition by period_id, entity_id, pool_name) > 0
                then part_share_ratio
            else cast(1 as decimal(9, 6))
        end as part_share_ratio,
        cast(used_weight as decimal(38, 8)) as used_weight,
        cast(practical_quantity as decimal(38, 8)) as practical_quantity,
        cast(to_char(ends_on, '%Y%m%d') as bigint) as day_number,
        row_number() over (
            partition by ends_on
            order by period_id, entity_id, pool_name, part_name
        ) as number_of_day
    from parts
    where part_rule_id is not null
)

select
    rules.period_id,
    rules.entity_id,
    rules.pool_name,
    rules.rule_id,
    rules.driver_period_id,
    rules.rule_kind,
    rules.driver_name,
    coalesce(rules.statement_line, parts.statement_line) as statement_line,
    parts.part_name,
    parts.day_number * 1000000 + cast(parts.number_of_day as bigint) as part_number,
    parts.part_rule_id,
    parts.part_share_ratio,
    parts.customer_rule_count,
    rules.unit_weight,
    cast(rules.driver_total_quantity as decimal(18, 4)) as driver_total_quantity,
    parts.used_weight,
    cast(parts.practical_quantity as decimal(18, 4)) as practical_quantity,
    case when rules.capacity_unit is not null then cast(parts.used_weight as decimal(18, 4)) end
        as used_quantity,
    case
        when parts.practical_quantity is not null
            then cast(
                greatest(parts.practical_quantity - parts.used_weight, 0) as decimal(18, 4)
            )
    end as unused_quantity,
    rules.capacity_unit,
    coalesce(parts.used_weight > parts.practical_quantity, false) as is_overused,
    parts.used_weight > 0 or coalesce(parts.practical_quantity, 0) > 0 as is_driven,
    rules.ends_on
from driven_rules as rules
inner join numbered_parts as parts
    on parts.period_id = rules.period_id
    and parts.entity_id = rules.entity_id
    and parts.pool_name = rules.pool_name
    and parts.part_name = rules.part_name
where rules.rule_kind <> 'unused_capacity'
    or rules.rule_id = parts.unused_rule_id
