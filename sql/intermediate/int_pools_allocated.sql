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
month       = "ends_on"

[inputs]
"intermediate.int_receivers_weighed" = "same_month"
"intermediate.int_pool_parts_shared" = "same_month"
"intermediate.int_rules_measured" = "same_month"

[columns]
account_id = "Account on which the cost was booked, whichever pool it came through."
customer_id = """Customer who drives the cost; unused_capacity for what nobody used; unassigned \
where the customer is not known or nothing drives the cost."""
product_category = "Category of the product; 'unassigned' where no product is known."
profit_line = "Line of customer profit: that of the rule, else that of the account."
attribution_reason = "Rule that spreads; no_driver where nothing drives the cost."
driver_quantity = "Quantity of the customer by the rule's driver; null where none drives."
functional_amount = "Part in the entity's currency; cost is negative."
reporting_amount = "Part in the reporting currency; null where no entry has a rate."
---*/

-- A window holds all rows at once, so that they carry no more than it needs; the rest is looked up
-- afterwards by the numbers of the parts.
with spread_costs as (
    select
        receivers.part_number,
        costs.account_id,
        receivers.rule_id,
        receivers.customer_id,
        receivers.product_category,
        receivers.attribution_reason,
        receivers.driver_quantity,
        allocate(
            costs.functional_amount,
            receivers.receiver_weight,
            receivers.receiver_key,
            costs.functional_digits
        ) over (partition by receivers.part_number, costs.account_id) as functional_amount,
        allocate(
            costs.reporting_amount,
            receivers.receiver_weight,
            receivers.receiver_key,
            costs.reporting_digits
        ) over (partition by receivers.part_number, costs.account_id) as reporting_amount
    from intermediate.int_receivers_weighed as receivers
    inner join intermediate.int_pool_parts_shared as costs
        on costs.part_number = receivers.part_number
)

select
    rules.period_id,
    rules.entity_id,
    rules.pool_name,
    spread.account_id,
    spread.rule_id,
    spread.customer_id,
    spread.product_category,
    coalesce(rules.statement_line, costs.profit_line, 'overhead') as profit_line,
    spread.attribution_reason,
    spread.driver_quantity,
    costs.functional_currency_code,
    costs.reporting_currency_code,
    spread.functional_amount,
    spread.reporting_amount,
    rules.ends_on
from spread_costs as spread
inner join intermediate.int_rules_measured as rules
    on rules.part_number = spread.part_number
    and rules.rule_id = spread.rule_id
inner join intermediate.int_pool_parts_shared as costs
    on costs.part_number = spread.part_number
    and costs.account_id = spread.account_id
