/*---
description = """What is left in pools of cost, cut into the parts that their rules spread, one \
row a period, entity, pool, account and part."""
grain       = ["period_id", "entity_id", "pool_name", "account_id", "part_name"]
month       = "ends_on"

[inputs]
"intermediate.int_pools_filled" = "same_month"
"intermediate.int_rules_measured" = "same_month"

[columns]
account_id = "Account on which the cost was booked, whichever pool it came through."
profit_line = "Line of customer profit of the account."
functional_currency_code = "ISO 4217 code of the entity's books."
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
functional_digits = "Decimals to which parts of the entity's amounts are cut."
reporting_digits = "Decimals to which parts of reporting amounts are cut."
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
        cast(sum(reporting_amount) as decimal(18, 4)) as reporting_amount,
        ends_on
    from intermediate.int_pools_filled
    group by period_id, entity_id, pool_name, account_id, ends_on
    having sum(functional_amount) <> 0
        or sum(reporting_amount) <> 0
)

select
    costs.period_id,
    costs.entity_id,
    costs.pool_name,
    costs.account_id,
    parts.part_name,
    parts.part_number,
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
    ) as reporting_amount,
    costs.ends_on
from left_costs as costs
inner join intermediate.int_rules_measured as parts
    on parts.period_id = costs.period_id
    and parts.entity_id = costs.entity_id
    and parts.pool_name = costs.pool_name
    and parts.rule_id = parts.part_rule_id
