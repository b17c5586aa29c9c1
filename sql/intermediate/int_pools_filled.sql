/*---
description = """What is in the pools of cost: their own, what earlier pools gave and what they \
gave on, one row a period, entity, pool, account and kind; the sum of the kinds is left for \
customers."""
grain       = ["period_id", "entity_id", "pool_name", "account_id", "movement_kind"]
month       = "ends_on"

[inputs]
"intermediate.int_pools_owned" = "same_month"
"intermediate.int_pools_given" = "same_month"

[columns]
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
functional_currency_code = "ISO 4217 code of the entity's books."
account_id = "Account on which the cost was booked, whichever pool it is in."
movement_kind = "own, received or given; given has the opposite sign."
profit_line = "Line of customer profit of the account."
functional_digits = "Decimals to which parts of the entity's amounts are cut."
reporting_digits = "Decimals to which parts of reporting amounts are cut."
functional_amount = "Amount in the entity's currency; cost is negative, what is given positive."
reporting_amount = "Amount in the reporting currency; null where nothing has a rate."

[checks]
accepted = { movement_kind = ["own", "received", "given"] }
---*/

with movements as (
    select
        period_id,
        entity_id,
        pool_name,
        account_id,
        'own' as movement_kind,
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
        'received' as movement_kind,
        profit_line,
        functional_currency_code,
        reporting_currency_code,
        functional_digits,
        reporting_digits,
        functional_amount,
        reporting_amount,
        ends_on
    from intermediate.int_pools_given
    union all
    select
        period_id,
        entity_id,
        pool_name,
        account_id,
        'given' as movement_kind,
        profit_line,
        functional_currency_code,
        reporting_currency_code,
        functional_digits,
        reporting_digits,
        -functional_amount as functional_amount,
        -reporting_amount as reporting_amount,
        ends_on
    from intermediate.int_pools_given
)

select
    period_id,
    entity_id,
    pool_name,
    account_id,
    movement_kind,
    max(profit_line) as profit_line,
    max(functional_currency_code) as functional_currency_code,
    max(reporting_currency_code) as reporting_currency_code,
    max(functional_digits) as functional_digits,
    max(reporting_digits) as reporting_digits,
    cast(sum(functional_amount) as decimal(18, 4)) as functional_amount,
    cast(sum(reporting_amount) as decimal(18, 4)) as reporting_amount,
    ends_on
from movements
group by period_id, entity_id, pool_name, account_id, movement_kind, ends_on
