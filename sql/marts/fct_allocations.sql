/*---
description = """The audit trail of pools of cost, one row a period, entity, pool, account, rule, \
movement, other pool, customer and product category; every pool sums to zero."""
grain       = [
    "period_id",
    "entity_id",
    "pool_name",
    "account_id",
    "rule_id",
    "movement_kind",
    "counter_pool_name",
    "customer_id",
    "product_category",
]
month       = "ends_on"

[inputs]
"intermediate.int_pools_owned" = "same_month"
"intermediate.int_pools_linked" = "same_month"
"intermediate.int_pools_given" = "same_month"
"intermediate.int_pools_allocated" = "same_month"
"intermediate.int_rules_measured" = "same_month"
"intermediate.int_pool_parts_shared" = "same_month"
"marts.dim_periods" = { key = "period_id" }

[columns]
account_id = "Account on which the cost was booked, whichever pool it came through."
rule_id = "Rule that moves the amount; empty for input."
movement_kind = """input (from the ledger), received (from a pool of an earlier step), given (to a \
pool of a later one) or spread (over customers)."""
counter_pool_name = "Pool that received or gave; empty for input and spread."
customer_id = """Customer who takes part of what is spread, unassigned or unused_capacity; empty \
for the other movements."""
product_category = "Category of the product; empty where nothing is spread."
profit_line = "Line of customer profit in which it is shown; of other movements the account's."
attribution_reason = """Rule that spreads, or no_driver where nothing drives the cost; empty for \
the other movements."""
part_name = "Part of the pool that is spread in one go; null for other movements."
step_number = "Step of a gift; null for other movements."
driver_name = "Quantity by which it is spread or given; null where none drives."
driver_quantity = """Quantity of the customer, or of the pool that receives; null where nothing \
drives the cost."""
driver_total_quantity = "The same of all receivers of the rule."
functional_amount = """Amount in the entity's currency; input and received cost is negative, given \
and spread cost positive."""
reporting_amount = "Amount in the reporting currency; null where no entry has a rate."
functional_currency_code = "ISO 4217 code of the entity's books."
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
practical_quantity = "Capacity in its unit; null where the part has none or nobody knows it."
used_quantity = "What customers used of it; null where the part has none."
unused_quantity = "What nobody used of it; null where the capacity is not known."
capacity_unit = "What capacity is counted in: minutes or pallet_days; null without."
is_overused = "Whether customers used more than there is."
unit_cost_rate = """Cost of a unit in the entity's currency, not rounded to cents: of a unit of \
capacity (of what is used where that is more), else of a unit of the driver."""
entry_count = "Entries of the ledger behind the input; 0 for the other movements."
starts_on = "First day of the period that the source means."
ends_on = "Last day of the period that the source means."

[checks]
accepted = { movement_kind = ["input", "received", "given", "spread"] }

[closing]
period = "period_id"
entity = "entity_id"
date   = "ends_on"
negate = ["functional_amount", "reporting_amount", "entry_count"]

[units]
functional_amount = "functional_currency_code"
reporting_amount = "reporting_currency_code"
entry_count = "entries"
---*/

with gifts as (
    select
        given.period_id,
        given.entity_id,
        given.pool_name,
        given.account_id,
        given.rule_id,
        given.receiver_pool_name,
        given.step_number,
        given.profit_line,
        links.driver_name,
        links.driver_quantity,
        links.driver_total_quantity,
        given.functional_currency_code,
        given.reporting_currency_code,
        given.functional_amount,
        given.reporting_amount
    from intermediate.int_pools_given as given
    left join intermediate.int_pools_linked as links
        on links.period_id = given.period_id
        and links.entity_id = given.entity_id
        and links.pool_name = given.pool_name
        and links.rule_id = given.rule_id
        and links.receiver_pool_name = given.receiver_pool_name
),

pool_movements as (
    select
        period_id,
        entity_id,
        pool_name,
        account_id,
        '' as rule_id,
        'input' as movement_kind,
        '' as counter_pool_name,
        profit_line,
        cast(null as bigint) as step_number,
        cast(null as varchar) as driver_name,
        cast(null as decimal(18, 4)) as driver_quantity,
        cast(null as decimal(18, 4)) as driver_total_quantity,
        functional_currency_code,
        reporting_currency_code,
        functional_amount,
        reporting_amount,
        entry_count
    from intermediate.int_pools_owned
    union all
    select
        period_id,
        entity_id,
        pool_name,
        account_id,
        rule_id,
        'given' as movement_kind,
        receiver_pool_name as counter_pool_name,
        profit_line,
        step_number,
        driver_name,
        driver_quantity,
        driver_total_quantity,
        functional_currency_code,
        reporting_currency_code,
        -functional_amount as functional_amount,
        -reporting_amount as reporting_amount,
        0 as entry_count
    from gifts
    union all
    select
        period_id,
        entity_id,
        receiver_pool_name as pool_name,
        account_id,
        rule_id,
        'received' as movement_kind,
        pool_name as counter_pool_name,
        profit_line,
        step_number,
        driver_name,
        driver_quantity,
        driver_total_quantity,
        functional_currency_code,
        reporting_currency_code,
        functional_amount,
        reporting_amount,
        0 as entry_count
    from gifts
),

movements as (
    select
        period_id,
        entity_id,
        pool_name,
        account_id,
        rule_id,
        movement_kind,
        counter_pool_name,
        '' as customer_id,
        '' as product_category,
        profit_line,
        '' as attribution_reason,
        cast(null as varchar) as part_name,
        step_number,
        driver_name,
        driver_quantity,
        driver_total_quantity,
        cast(null as decimal(18, 4)) as practical_quantity,
        cast(null as decimal(18, 4)) as used_quantity,
        cast(null as decimal(18, 4)) as unused_quantity,
        cast(null as varchar) as capacity_unit,
        false as is_overused,
        cast(null as decimal(18, 8)) as unit_cost_rate,
        functional_currency_code,
        reporting_currency_code,
        functional_amount,
        reporting_amount,
        entry_count
    from pool_movements
    union all
    select
        allocated.period_id,
        allocated.entity_id,
        allocated.pool_name,
        allocated.account_id,
        allocated.rule_id,
        'spread' as movement_kind,
        '' as counter_pool_name,
        allocated.customer_id,
        allocated.product_category,
        allocated.profit_line,
        allocated.attribution_reason,
        rules.part_name,
        cast(null as bigint) as step_number,
        case when allocated.driver_quantity is not null then rules.driver_name end as driver_name,
        allocated.driver_quantity,
        case when allocated.driver_quantity is not null then rules.driver_total_quantity end
            as driver_total_quantity,
        rules.practical_quantity,
        rules.used_quantity,
        rules.unused_quantity,
        rules.capacity_unit,
        rules.is_overused,
        cast(
            cast(-costs.functional_amount as decimal(38, 10)) / nullif(
                case
                    when rules.capacity_unit is null then rules.driver_total_quantity
                    else greatest(
                        rules.used_quantity,
                        coalesce(rules.practical_quantity, rules.used_quantity)
                    )
                end,
                0
            ) as decimal(18, 8)
        ) as unit_cost_rate,
        allocated.functional_currency_code,
        allocated.reporting_currency_code,
        -allocated.functional_amount as functional_amount,
        -allocated.reporting_amount as reporting_amount,
        0 as entry_count
    from intermediate.int_pools_allocated as allocated
    inner join intermediate.int_rules_measured as rules
        on rules.period_id = allocated.period_id
        and rules.entity_id = allocated.entity_id
        and rules.pool_name = allocated.pool_name
        and rules.rule_id = allocated.rule_id
    inner join intermediate.int_pool_parts_shared as costs
        on costs.part_number = rules.part_number
        and costs.account_id = allocated.account_id
)

select
    movements.period_id,
    movements.entity_id,
    movements.pool_name,
    movements.account_id,
    movements.rule_id,
    movements.movement_kind,
    movements.counter_pool_name,
    movements.customer_id,
    movements.product_category,
    movements.profit_line,
    movements.attribution_reason,
    movements.part_name,
    movements.step_number,
    movements.driver_name,
    movements.driver_quantity,
    movements.driver_total_quantity,
    movements.practical_quantity,
    movements.used_quantity,
    movements.unused_quantity,
    movements.capacity_unit,
    movements.is_overused,
    movements.unit_cost_rate,
    movements.functional_currency_code,
    movements.reporting_currency_code,
    cast(movements.functional_amount as decimal(18, 4)) as functional_amount,
    cast(movements.reporting_amount as decimal(18, 4)) as reporting_amount,
    movements.entry_count,
    periods.starts_on,
    periods.ends_on
from movements
inner join marts.dim_periods as periods
    on periods.period_id = movements.period_id
