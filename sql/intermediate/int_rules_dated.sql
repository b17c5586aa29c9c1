/*---
description = """Rules of allocation that hold in a period, one row a period and rule: those that \
are valid on the period's last day."""
grain       = ["period_id", "rule_id"]

[columns]
driver_period_id = """Regular period whose quantities the rule takes: the period itself; of an \
adjusting period the one that holds its last day."""
pool_share_ratio = "Share of the pool that the rule spreads; 1 where the rule names none."
part_name = """Part of the pool that the rule spreads together with others: minutes for all \
rules with minutes of a pool with unused capacity, which are one equation of time; pallet_days for \
places with unused ones; else the rule alone."""
capacity_unit = "What the capacity of the part is counted in: minutes or pallet_days; null without."
minutes_per_unit = "Time that one unit of the quantity takes, for pools driven by time."
is_given = "Whether the rule gives to other pools, which only rules of steps 1 and 2 do."
valid_from_on = "First day of the rule as it holds in the period."
---*/

-- Where one rule has two rows for a day, the one that began last counts; a check names both.
with valid_rules as (
    select
        periods.period_id,
        coalesce(holders.period_id, periods.period_id) as driver_period_id,
        rules.rule_id,
        rules.step_number,
        rules.pool_name,
        rules.entity_id,
        rules.account_from_id,
        rules.account_to_id,
        rules.cost_function,
        rules.driver_name,
        rules.minutes_per_unit,
        coalesce(rules.pool_share_ratio, 1) as pool_share_ratio,
        rules.receiver_kind,
        rules.receiver_pool_name,
        rules.statement_line,
        rules.valid_from_on,
        periods.ends_on,
        row_number() over (
            partition by periods.period_id, rules.rule_id
            order by rules.valid_from_on desc
        ) as preference
    from staging.stg_inputs__allocation_rules as rules
    inner join marts.dim_periods as periods
        on rules.valid_from_on <= periods.ends_on
        and (rules.valid_to_on is null or rules.valid_to_on >= periods.ends_on)
    left join marts.dim_periods as holders
        on periods.is_adjusting
        and not holders.is_adjusting
        and periods.ends_on between holders.starts_on and holders.ends_on
),

capacities as (
    select
        period_id,
        pool_name,
        entity_id,
        max(driver_name = 'pallet_days') as has_places,
        max(driver_name <> 'pallet_days') as has_minutes
    from valid_rules
    where preference = 1
        and receiver_kind = 'unused_capacity'
    group by period_id, pool_name, entity_id
),

measured_rules as (
    select
        rules.*,
        case
            when rules.receiver_kind = 'pool' then null
            when rules.driver_name = 'pallet_days' and capacities.has_places then 'pallet_days'
            when rules.driver_name <> 'pallet_days'
                and capacities.has_minutes
                and (rules.minutes_per_unit is not null or rules.receiver_kind = 'unused_capacity')
                then 'minutes'
        end as capacity_unit
    from valid_rules as rules
    left join capacities
        on capacities.period_id = rules.period_id
        and capacities.pool_name = rules.pool_name
        and (capacities.entity_id is not distinct from rules.entity_id)
    where rules.preference = 1
)

select
    period_id,
    driver_period_id,
    rule_id,
    step_number,
    pool_name,
    entity_id,
    account_from_id,
    account_to_id,
    cost_function,
    driver_name,
    cast(minutes_per_unit as decimal(18, 4)) as minutes_per_unit,
    cast(pool_share_ratio as decimal(9, 6)) as pool_share_ratio,
    receiver_kind,
    receiver_pool_name,
    statement_line,
    coalesce(capacity_unit, rule_id) as part_name,
    capacity_unit,
    receiver_kind = 'pool' and step_number <= 2 as is_given,
    valid_from_on,
    ends_on
from measured_rules
