/*---
description = """Which pools receive from which by what quantity, one row a period, entity, giving \
pool, rule and receiving pool."""
grain       = ["period_id", "entity_id", "pool_name", "rule_id", "receiver_pool_name"]
month       = "ends_on"

[columns]
pool_name = "Pool that gives."
receiver_pool_name = "Pool of a later step that receives."
step_number = "Step in which the pool gives: 1, or 2 with what step 1 brought."
given_share_ratio = "Share of the pool that the rule gives."
kept_share_ratio = "Share that no rule of the pool gives, for its customers."
driver_quantity = """Quantity by which the receiver takes its part: with pool_cost its own cost in \
the entity's currency, with practical_minutes the practical minutes of its function; of the \
regular period that the rule takes its quantities from. Receivers without any are left out."""
driver_total_quantity = "The same of all receivers of the rule."
---*/

with pool_costs as (
    select
        period_id,
        entity_id,
        pool_name,
        -sum(functional_amount) as cost_amount
    from intermediate.int_pools_owned
    group by period_id, entity_id, pool_name
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

-- A pool receives before the step of its own first rule.
entity_pools as (
    select
        rules.period_id,
        rules.driver_period_id,
        entities.entity_id,
        rules.pool_name,
        min(rules.step_number) as step_number,
        max(rules.cost_function) as cost_function
    from intermediate.int_rules_dated as rules
    inner join marts.dim_entities as entities
        on entities.entity_id = coalesce(rules.entity_id, entities.entity_id)
    where rules.driver_name <> 'direct'
    group by rules.period_id, rules.driver_period_id, entities.entity_id, rules.pool_name
),

weighed_pools as (
    select
        receivers.period_id,
        receivers.entity_id,
        rules.pool_name,
        rules.rule_id,
        receivers.pool_name as receiver_pool_name,
        rules.step_number,
        rules.pool_share_ratio,
        rules.driver_name,
        cast(
            case rules.driver_name
                when 'pool_cost' then costs.cost_amount
                when 'practical_minutes' then times.practical_minutes
            end as decimal(18, 4)
        ) as driver_quantity,
        rules.ends_on
    from intermediate.int_rules_dated as rules
    inner join entity_pools as receivers
        on receivers.period_id = rules.period_id
        and receivers.entity_id = coalesce(rules.entity_id, receivers.entity_id)
        and receivers.pool_name = coalesce(rules.receiver_pool_name, receivers.pool_name)
        and receivers.pool_name <> rules.pool_name
        and receivers.step_number > rules.step_number
    left join pool_costs as costs
        on costs.period_id = receivers.driver_period_id
        and costs.entity_id = receivers.entity_id
        and costs.pool_name = receivers.pool_name
    left join practical_times as times
        on times.period_id = receivers.driver_period_id
        and times.entity_id = receivers.entity_id
        and times.cost_function = receivers.cost_function
    where rules.is_given
        and rules.pool_share_ratio > 0
),

numbered_links as (
    select
        *,
        min(step_number) over (partition by period_id, entity_id, pool_name) as pool_step_number,
        row_number() over (
            partition by period_id, entity_id, pool_name, rule_id
            order by receiver_pool_name
        ) as link_number,
        sum(driver_quantity) over (
            partition by period_id, entity_id, pool_name, rule_id
        ) as driver_total_quantity
    from weighed_pools
    where driver_quantity > 0
)

select
    period_id,
    entity_id,
    pool_name,
    rule_id,
    receiver_pool_name,
    least(greatest(pool_step_number, 1), 2) as step_number,
    pool_share_ratio as given_share_ratio,
    cast(
        greatest(
            1 - sum(case when link_number = 1 then pool_share_ratio else 0 end) over (
                partition by period_id, entity_id, pool_name
            ),
            0
        ) as decimal(9, 6)
    ) as kept_share_ratio,
    driver_name,
    driver_quantity,
    cast(driver_total_quantity as decimal(18, 4)) as driver_total_quantity,
    ends_on
from numbered_links
