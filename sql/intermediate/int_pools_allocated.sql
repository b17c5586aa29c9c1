/*---
description = """What is left in pools of cost, spread over customers, one row a period, entity, \
pool, account, rule, customer and product category; the parts of a pool sum to it exactly."""
grain       = [
    "period_id",
    "entity_id",
    "pool_name",
    "account_id",
    "rule_id",
    "customer_id",
    "product_category",
]

[columns]
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
functional_currency_code = "ISO 4217 code of the entity's books."
account_id = "Account on which the cost was booked, whichever pool it came through."
customer_id = """Customer who drives the cost; unused_capacity for what nobody used; unassigned \
where the customer is not known or nothing drives the cost."""
profit_line = "Line of customer profit: that of the rule, else that of the account."
attribution_reason = "Rule that spreads; no_driver where nothing drives the cost."
part_name = "Part of the pool that is spread in one go."
driver_quantity = "Quantity of the customer by the rule's driver; null where none drives."
driver_total_quantity = "The same of all customers of the entity."
practical_quantity = "Capacity in its unit; null where the part has none or nobody knows it."
used_quantity = "What customers used of it; null where the part has none."
unused_quantity = "What nobody used of it."
capacity_unit = "What capacity is counted in: minutes or pallet_days; null without."
is_overused = "Whether customers used more than there is."
unit_cost_rate = """Cost of a unit in the entity's currency, not rounded to cents: with a \
capacity of a unit of it (of what is used where that is more), else of a unit of the driver; null \
where nothing drives the cost."""
functional_amount = "Part in the entity's currency; cost is negative."
reporting_amount = "Part in the reporting currency; null where no entry has a rate."
---*/

with left_costs as (
    select
        period_id,
        entity_id,
        pool_name,
        account_id,
        max(profit_line) as profit_line,
        max(functional_currency_code) as functional_currency_code,
        max(reporting_currency_code) as reporting_currency_code,
        max(functional_digits) as functional_digits,
        max(reporting_digits) as reporting_digits,
        cast(sum(functional_amount) as decimal(18, 4)) as functional_amount,
        cast(sum(reporting_amount) as decimal(18, 4)) as reporting_amount
    from intermediate.int_pools_filled
    group by period_id, entity_id, pool_name, account_id
    having sum(functional_amount) <> 0
        or sum(reporting_amount) <> 0
),

parts as (
    select distinct
        period_id,
        entity_id,
        pool_name,
        part_name,
        part_rule_id,
        part_share_ratio
    from intermediate.int_receivers_weighed
),

part_costs as (
    select
        costs.period_id,
        costs.entity_id,
        costs.pool_name,
        costs.account_id,
        parts.part_name,
        costs.profit_line,
        costs.functional_currency_code,
        costs.reporting_currency_code,
        costs.functional_digits,
        costs.reporting_digits,
        allocate(
            costs.functional_amount,
            parts.part_share_ratio,
            parts.part_rule_id,
            costs.functional_digits
        ) over (
            partition by costs.period_id, costs.entity_id, costs.pool_name, costs.account_id
        ) as functional_amount,
        allocate(
            costs.reporting_amount,
            parts.part_share_ratio,
            parts.part_rule_id,
            costs.reporting_digits
        ) over (
            partition by costs.period_id, costs.entity_id, costs.pool_name, costs.account_id
        ) as reporting_amount
    from left_costs as costs
    inner join parts
        on parts.period_id = costs.period_id
        and parts.entity_id = costs.entity_id
        and parts.pool_name = costs.pool_name
),

spread_costs as (
    select
        costs.period_id,
        costs.entity_id,
        costs.pool_name,
        costs.account_id,
        costs.part_name,
        coalesce(receivers.statement_line, costs.profit_line, 'overhead') as profit_line,
        costs.functional_currency_code,
        costs.reporting_currency_code,
        receivers.rule_id,
        receivers.customer_id,
        receivers.product_category,
        receivers.attribution_reason,
        receivers.driver_name,
        receivers.driver_quantity,
        receivers.driver_total_quantity,
        receivers.practical_quantity,
        receivers.used_quantity,
        receivers.unused_quantity,
        receivers.capacity_unit,
        receivers.is_overused,
        costs.functional_amount as part_functional_amount,
        allocate(
            costs.functional_amount,
            receivers.receiver_weight,
            receivers.receiver_key,
            costs.functional_digits
        ) over (
            partition by
                costs.period_id,
                costs.entity_id,
                costs.pool_name,
                costs.account_id,
                costs.part_name
        ) as functional_amount,
        allocate(
            costs.reporting_amount,
            receivers.receiver_weight,
            receivers.receiver_key,
            costs.reporting_digits
        ) over (
            partition by
                costs.period_id,
                costs.entity_id,
                costs.pool_name,
                costs.account_id,
                costs.part_name
        ) as reporting_amount
    from part_costs as costs
    inner join intermediate.int_receivers_weighed as receivers
        on receivers.period_id = costs.period_id
        and receivers.entity_id = costs.entity_id
        and receivers.pool_name = costs.pool_name
        and receivers.part_name = costs.part_name
)

select
    period_id,
    entity_id,
    pool_name,
    account_id,
    rule_id,
    customer_id,
    product_category,
    profit_line,
    attribution_reason,
    part_name,
    driver_name,
    driver_quantity,
    driver_total_quantity,
    practical_quantity,
    used_quantity,
    unused_quantity,
    capacity_unit,
    is_overused,
    functional_currency_code,
    reporting_currency_code,
    cast(
        cast(-part_functional_amount as decimal(38, 10)) / nullif(
            case
                when capacity_unit is null then driver_total_quantity
                else greatest(used_quantity, coalesce(practical_quantity, used_quantity))
            end,
            0
        ) as decimal(18, 8)
    ) as unit_cost_rate,
    functional_amount,
    reporting_amount
from spread_costs
