/*---
description = """What pools of cost give to pools of later steps, one row a period, entity, giving \
pool, account, rule and receiving pool."""
grain       = [
    "period_id",
    "entity_id",
    "pool_name",
    "account_id",
    "rule_id",
    "receiver_pool_name",
]
month       = "ends_on"

[inputs]
"intermediate.int_pools_owned" = "same_month"
"intermediate.int_pools_linked" = "same_month"

[columns]
reporting_digits = "Decimals to which parts of reporting amounts are cut."
functional_digits = "Decimals to which parts of the entity's amounts are cut."
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
functional_currency_code = "ISO 4217 code of the entity's books."
rule_id = "Rule that spreads or gives; for unused capacity the rule that says so."
pool_name = "Pool that gives."
account_id = "Account on which the cost was booked; it stays with the cost."
receiver_pool_name = "Pool that receives."
step_number = "Step in which it is given: 1, or 2 with what step 1 brought."
profit_line = "Line of customer profit of the account."
functional_amount = "Amount given in the entity's currency; cost is negative."
reporting_amount = "Amount given in the reporting currency; null where nothing has a rate."
---*/

-- What no rule of a pool gives stays under an empty name.
with shares as (
    select distinct
        period_id,
        entity_id,
        pool_name,
        rule_id,
        step_number,
        given_share_ratio as pool_share_ratio
    from intermediate.int_pools_linked
    union all
    select distinct
        period_id,
        entity_id,
        pool_name,
        '' as rule_id,
        step_number,
        kept_share_ratio as pool_share_ratio
    from intermediate.int_pools_linked
),

first_shares as (
    select
        costs.*,
        shares.rule_id,
        allocate(
            costs.functional_amount,
            shares.pool_share_ratio,
            shares.rule_id,
            costs.functional_digits
        ) over (
            partition by costs.period_id, costs.entity_id, costs.pool_name, costs.account_id
        ) as shared_functional_amount,
        allocate(
            costs.reporting_amount,
            shares.pool_share_ratio,
            shares.rule_id,
            costs.reporting_digits
        ) over (
            partition by costs.period_id, costs.entity_id, costs.pool_name, costs.account_id
        ) as shared_reporting_amount
    from intermediate.int_pools_owned as costs
    inner join shares
        on shares.period_id = costs.period_id
        and shares.entity_id = costs.entity_id
        and shares.pool_name = costs.pool_name
    where shares.step_number = 1
),

first_gifts as (
    select
        costs.period_id,
        costs.entity_id,
        costs.pool_name,
        costs.account_id,
        costs.rule_id,
        links.receiver_pool_name,
        1 as step_number,
        costs.profit_line,
        costs.functional_currency_code,
        costs.reporting_currency_code,
        costs.functional_digits,
        costs.reporting_digits,
        allocate(
            costs.shared_functional_amount,
            links.driver_quantity,
            links.receiver_pool_name,
            costs.functional_digits
        ) over (
            partition by
                costs.period_id,
                costs.entity_id,
                costs.pool_name,
                costs.account_id,
                costs.rule_id
        ) as functional_amount,
        allocate(
            costs.shared_reporting_amount,
            links.driver_quantity,
            links.receiver_pool_name,
            costs.reporting_digits
        ) over (
            partition by
                costs.period_id,
                costs.entity_id,
                costs.pool_name,
                costs.account_id,
                costs.rule_id
        ) as reporting_amount,
        costs.ends_on
    from first_shares as costs
    inner join intermediate.int_pools_linked as links
        on links.period_id = costs.period_id
        and links.entity_id = costs.entity_id
        and links.pool_name = costs.pool_name
        and links.rule_id = costs.rule_id
),

owned_and_received as (
    select
        period_id,
        entity_id,
        pool_name,
        account_id,
        profit_line,
        functional_currency_code,
        reporting_currency_code,
        functional_digits,
        reporting_digits,
        functional_amount,
        reporting_amount,
        ends_on
    from intermediate.int_pools_owned
    union all
    select
        period_id,
        entity_id,
        receiver_pool_name as pool_name,
        account_id,
        profit_line,
        functional_currency_code,
        reporting_currency_code,
        functional_digits,
        reporting_digits,
        functional_amount,
        reporting_amount,
        ends_on
    from first_gifts
),

second_costs as (
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
    from owned_and_received
    group by period_id, entity_id, pool_name, account_id, ends_on
),

second_shares as (
    select
        costs.*,
        shares.rule_id,
        allocate(
            costs.functional_amount,
            shares.pool_share_ratio,
            shares.rule_id,
            costs.functional_digits
        ) over (
            partition by costs.period_id, costs.entity_id, costs.pool_name, costs.account_id
        ) as shared_functional_amount,
        allocate(
            costs.reporting_amount,
            shares.pool_share_ratio,
            shares.rule_id,
            costs.reporting_digits
        ) over (
            partition by costs.period_id, costs.entity_id, costs.pool_name, costs.account_id
        ) as shared_reporting_amount
    from second_costs as costs
    inner join shares
        on shares.period_id = costs.period_id
        and shares.entity_id = costs.entity_id
        and shares.pool_name = costs.pool_name
    where shares.step_number = 2
),

second_gifts as (
    select
        costs.period_id,
        costs.entity_id,
        costs.pool_name,
        costs.account_id,
        costs.rule_id,
        links.receiver_pool_name,
        2 as step_number,
        costs.profit_line,
        costs.functional_currency_code,
        costs.reporting_currency_code,
        costs.functional_digits,
        costs.reporting_digits,
        allocate(
            costs.shared_functional_amount,
            links.driver_quantity,
            links.receiver_pool_name,
            costs.functional_digits
        ) over (
            partition by
                costs.period_id,
                costs.entity_id,
                costs.pool_name,
                costs.account_id,
                costs.rule_id
        ) as functional_amount,
        allocate(
            costs.shared_reporting_amount,
            links.driver_quantity,
            links.receiver_pool_name,
            costs.reporting_digits
        ) over (
            partition by
                costs.period_id,
                costs.entity_id,
                costs.pool_name,
                costs.account_id,
                costs.rule_id
        ) as reporting_amount,
        costs.ends_on
    from second_shares as costs
    inner join intermediate.int_pools_linked as links
        on links.period_id = costs.period_id
        and links.entity_id = costs.entity_id
        and links.pool_name = costs.pool_name
        and links.rule_id = costs.rule_id
),

gifts as (
    select * from first_gifts
    union all
    select * from second_gifts
)

select
    period_id,
    entity_id,
    pool_name,
    account_id,
    rule_id,
    receiver_pool_name,
    step_number,
    profit_line,
    functional_currency_code,
    reporting_currency_code,
    functional_digits,
    reporting_digits,
    functional_amount,
    reporting_amount,
    ends_on
from gifts
where functional_amount <> 0
    or reporting_amount <> 0
