/*---
description = """Cost that pools collect from the ledger, one row a period, entity, pool and \
account."""
grain       = ["period_id", "entity_id", "pool_name", "account_id"]
month       = "ends_on"

[columns]
entry_count = "Entries behind the amounts."
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
functional_currency_code = "ISO 4217 code of the entity's books."
profit_line = "Line of customer profit of the account; the last by name where it changed."
functional_digits = """Decimals to which parts of the entity's amounts are cut: those of its \
currency, at least the two of the ledger."""
reporting_digits = "Decimals to which parts of reporting amounts are cut."
functional_amount = "Sum in the entity's currency as booked; cost is negative."
reporting_amount = "Sum in the reporting currency; null where no entry has a rate."
---*/

with minor_units as (
    select currency_code, greatest(minor_unit_digits, 2) as rounding_digits
    from marts.dim_currencies
),

pool_accounts as (
    select
        period_id,
        entity_id,
        pool_name,
        account_id,
        max(profit_line) as profit_line,
        max(functional_currency_code) as functional_currency_code,
        max(reporting_currency_code) as reporting_currency_code,
        count(*) as entry_count,
        cast(sum(functional_amount) as decimal(18, 4)) as functional_amount,
        cast(sum(reporting_amount) as decimal(18, 4)) as reporting_amount
    from intermediate.int_pool_entries
    group by period_id, entity_id, pool_name, account_id
)

select
    costs.period_id,
    costs.entity_id,
    costs.pool_name,
    costs.account_id,
    costs.profit_line,
    costs.functional_currency_code,
    costs.reporting_currency_code,
    coalesce(functional.rounding_digits, 4) as functional_digits,
    coalesce(reporting.rounding_digits, 4) as reporting_digits,
    costs.entry_count,
    costs.functional_amount,
    costs.reporting_amount,
    periods.ends_on
from pool_accounts as costs
left join marts.dim_periods as periods
    on periods.period_id = costs.period_id
left join minor_units as functional
    on functional.currency_code = costs.functional_currency_code
left join minor_units as reporting
    on reporting.currency_code = costs.reporting_currency_code
