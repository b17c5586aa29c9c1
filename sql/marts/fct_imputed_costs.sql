/*---
description = """Interest that the capital tied up in a customer would cost, one row a regular \
period, entity, customer and kind; the ledger knows nothing of it, so that a contra row takes it \
back."""
grain       = ["period_id", "entity_id", "customer_id", "imputed_kind"]
month       = "ends_on"

[columns]
entity_id = "Legal entity whose capital it is; 'unassigned' where it is not known."
customer_id = """Customer whose debt or stock ties up the capital; 'unassigned' where nobody known \
does; 'contra' for what takes the sum of the others back."""
imputed_kind = """receivables, which are what documents leave open, with tax, prepayments taken \
off and companies of the group left out; or stock, which is what is held for the customer."""
functional_currency_code = "ISO 4217 code of the entity's books."
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
capital_cost_ratio = "Yearly interest, from inputs.parameters as of the period's last day."
period_days = "Days of the period; a year has 365."
opening_functional_amount = """What is tied up before the first day, in the entity's currency: \
receivables at the rate of the day before, by currency of the documents; stock as last counted and \
at the rate of that day. Null where a rate is missing, and of the contra row."""
closing_functional_amount = "The same at the end of the last day."
opening_reporting_amount = "What is tied up before the first day, in the reporting currency."
closing_reporting_amount = "The same at the end of the last day."
functional_amount = """Mean of both times interest times days / 365, rounded to the minor unit of \
the entity's currency; cost is negative. Null where a rate is missing."""
reporting_amount = "The same in the reporting currency."
starts_on = "First day of the period."
ends_on = "Last day of the period."

[checks]
accepted = { imputed_kind = ["receivables", "stock"] }

[closing]
period = "period_id"
entity = "entity_id"
date   = "ends_on"
negate = ["functional_amount", "reporting_amount"]

[units]
functional_amount = "functional_currency_code"
reporting_amount = "reporting_currency_code"
---*/

-- Nothing is imputed for periods that the ledger has not reached yet.
with ledger_end as (
    select max(posted_on) as last_on
    from marts.fct_ledger_entries
    where is_posted
),

periods as (
    select
        regular.period_id,
        regular.starts_on,
        regular.ends_on,
        least(regular.ends_on, ledger_end.last_on) as balance_on,
        regular.ends_on - regular.starts_on + 1 as period_days
    from marts.dim_periods as regular
    cross join ledger_end
    where not regular.is_adjusting
        and regular.starts_on <= ledger_end.last_on
),

moved_amounts as (
    select
        movements.entity_id,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        movements.currency_code,
        dates.period_id,
        sum(movements.movement_amount) as moved_amount
    from intermediate.int_receivable_movements as movements
    inner join marts.dim_dates as dates
        on dates.date_on = movements.moved_on
    left join staging.stg_finance__debtors as debtors
        on debtors.debtor_id = movements.local_customer_id
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'finance'
        and numbers.local_id = movements.local_customer_id
    where not coalesce(debtors.is_related_party, false)
    group by
        movements.entity_id,
        coalesce(numbers.customer_id, 'unassigned'),
        movements.currency_code,
        dates.period_id
),

holders as (
    select
        moved.entity_id,
        moved.customer_id,
        moved.currency_code,
        min(periods.starts_on) as first_on
    from moved_amounts as moved
    inner join periods
        on periods.period_id = moved.period_id
    group by moved.entity_id, moved.customer_id, moved.currency_code
),

-- A debt lasts through the periods in which nothing moves it.
balances as (
    select
        periods.period_id,
        holders.entity_id,
        holders.customer_id,
        holders.currency_code,
        periods.starts_on,
        periods.balance_on,
        coalesce(moved.moved_amount, 0) as moved_amount,
        sum(coalesce(moved.moved_amount, 0)) over (
            partition by holders.entity_id, holders.customer_id, holders.currency_code
            order by periods.starts_on
        ) as balance_amount
    from holders
    inner join periods
        on periods.starts_on >= holders.first_on
    left join moved_amounts as moved
        on moved.entity_id = holders.entity_id
        and moved.customer_id = holders.customer_id
        and moved.currency_code = holders.currency_code
        and moved.period_id = periods.period_id
),

open_balances as (
    select
        period_id,
        entity_id,
        customer_id,
        currency_code,
        cast(balance_amount - moved_amount as decimal(18, 4)) as opening_amount,
        cast(balance_amount as decimal(18, 4)) as closing_amount,
        cast(starts_on - interval '1 day' as date) as opening_on,
        balance_on
    from balances
    where balance_amount <> 0
        or moved_amount <> 0
),

-- Nothing needs no rate.
priced_balances as (
    select
        open_balances.period_id,
        open_balances.entity_id,
        open_balances.customer_id,
        case
            when open_balances.opening_amount = 0 then 0
            else round(
                open_balances.opening_amount * opening.functional_rate,
                opening.functional_digits
            )
        end as opening_functional_amount,
        case
            when open_balances.closing_amount = 0 then 0
            else round(
                open_balances.closing_amount * closing.functional_rate,
                closing.functional_digits
            )
        end as closing_functional_amount,
        case
            when open_balances.opening_amount = 0 then 0
            else round(
                open_balances.opening_amount * opening.reporting_rate,
                opening.reporting_digits
            )
        end as opening_reporting_amount,
        case
            when open_balances.closing_amount = 0 then 0
            else round(
                open_balances.closing_amount * closing.reporting_rate,
                closing.reporting_digits
            )
        end as closing_reporting_amount
    from open_balances
    left join intermediate.int_money_rates as opening
        on opening.entity_id = open_balances.entity_id
        and opening.currency_code = open_balances.currency_code
        and opening.rate_on = open_balances.opening_on
    left join intermediate.int_money_rates as closing
        on closing.entity_id = open_balances.entity_id
        and closing.currency_code = open_balances.currency_code
        and closing.rate_on = open_balances.balance_on
),

reserved_values as (
    select
        warehouse_id,
        counted_on,
        entity_id,
        customer_id,
        sum(reserved_value_functional_amount) as functional_amount,
        sum(reserved_value_reporting_amount) as reporting_amount,
        max(reserved_value_functional_amount is null) as lacks_functional,
        max(reserved_value_reporting_amount is null) as lacks_reporting
    from marts.fct_stock_levels
    where level_kind = 'reserved'
    group by warehouse_id, counted_on, entity_id, customer_id
),

counted_days as (
    select distinct warehouse_id, counted_on
    from marts.fct_stock_levels
),

-- The last count of a house at or before a day says what is held there.
last_counts as (
    select
        periods.period_id,
        counted.warehouse_id,
        max(
            case when counted.counted_on < periods.starts_on then counted.counted_on end
        ) as opening_counted_on,
        max(counted.counted_on) as closing_counted_on
    from periods
    inner join counted_days as counted
        on counted.counted_on <= periods.ends_on
    group by periods.period_id, counted.warehouse_id
),

held_values as (
    select
        counts.period_id,
        held.entity_id,
        held.customer_id,
        case when not held.lacks_functional then held.functional_amount end
            as opening_functional_amount,
        cast(0 as decimal(18, 4)) as closing_functional_amount,
        case when not held.lacks_reporting then held.reporting_amount end
            as opening_reporting_amount,
        cast(0 as decimal(18, 4)) as closing_reporting_amount
    from last_counts as counts
    inner join reserved_values as held
        on held.warehouse_id = counts.warehouse_id
        and held.counted_on = counts.opening_counted_on
    union all
    select
        counts.period_id,
        held.entity_id,
        held.customer_id,
        cast(0 as decimal(18, 4)) as opening_functional_amount,
        case when not held.lacks_functional then held.functional_amount end
            as closing_functional_amount,
        cast(0 as decimal(18, 4)) as opening_reporting_amount,
        case when not held.lacks_reporting then held.reporting_amount end
            as closing_reporting_amount
    from last_counts as counts
    inner join reserved_values as held
        on held.warehouse_id = counts.warehouse_id
        and held.counted_on = counts.closing_counted_on
),

tied_capital as (
    select 'receivables' as imputed_kind, * from priced_balances
    union all
    select 'stock' as imputed_kind, * from held_values
),

-- One amount without a rate leaves the sum unknown, never smaller.
tied_sums as (
    select
        period_id,
        coalesce(entity_id, 'unassigned') as entity_id,
        customer_id,
        imputed_kind,
        case
            when count(*) = count(opening_functional_amount) then sum(opening_functional_amount)
        end as opening_functional_amount,
        case
            when count(*) = count(closing_functional_amount) then sum(closing_functional_amount)
        end as closing_functional_amount,
        case
            when count(*) = count(opening_reporting_amount) then sum(opening_reporting_amount)
        end as opening_reporting_amount,
        case
            when count(*) = count(closing_reporting_amount) then sum(closing_reporting_amount)
        end as closing_reporting_amount
    from tied_capital
    group by period_id, coalesce(entity_id, 'unassigned'), customer_id, imputed_kind
),

interest_days as (
    select
        parameter_number as capital_cost_ratio,
        valid_from_on,
        lead(valid_from_on) over (order by valid_from_on) as valid_to_on
    from staging.stg_inputs__parameters
    where parameter_name = 'capital_cost_rate'
),

-- Half of the sum of both ends, times interest, times days / 365.
imputed_costs as (
    select
        tied.period_id,
        tied.entity_id,
        tied.customer_id,
        tied.imputed_kind,
        entities.functional_currency_code,
        project.reporting_currency_code,
        interest.capital_cost_ratio,
        periods.period_days,
        cast(tied.opening_functional_amount as decimal(18, 4)) as opening_functional_amount,
        cast(tied.closing_functional_amount as decimal(18, 4)) as closing_functional_amount,
        cast(tied.opening_reporting_amount as decimal(18, 4)) as opening_reporting_amount,
        cast(tied.closing_reporting_amount as decimal(18, 4)) as closing_reporting_amount,
        cast(
            -round(
                cast(
                    (tied.opening_functional_amount + tied.closing_functional_amount)
                    * interest.capital_cost_ratio * periods.period_days as decimal(38, 10)
                ) / 730,
                coalesce(functional.minor_unit_digits, 2)
            ) as decimal(18, 4)
        ) as functional_amount,
        cast(
            -round(
                cast(
                    (tied.opening_reporting_amount + tied.closing_reporting_amount)
                    * interest.capital_cost_ratio * periods.period_days as decimal(38, 10)
                ) / 730,
                coalesce(reporting.minor_unit_digits, 2)
            ) as decimal(18, 4)
        ) as reporting_amount,
        periods.starts_on,
        periods.ends_on
    from tied_sums as tied
    inner join periods
        on periods.period_id = tied.period_id
    cross join patron.project as project
    inner join interest_days as interest
        on interest.valid_from_on <= periods.ends_on
        and (interest.valid_to_on is null or periods.ends_on < interest.valid_to_on)
    left join marts.dim_entities as entities
        on entities.entity_id = tied.entity_id
    left join marts.dim_currencies as functional
        on functional.currency_code = entities.functional_currency_code
    left join marts.dim_currencies as reporting
        on reporting.currency_code = project.reporting_currency_code
)

select
    period_id,
    entity_id,
    customer_id,
    imputed_kind,
    functional_currency_code,
    reporting_currency_code,
    capital_cost_ratio,
    period_days,
    opening_functional_amount,
    closing_functional_amount,
    opening_reporting_amount,
    closing_reporting_amount,
    functional_amount,
    reporting_amount,
    starts_on,
    ends_on
from imputed_costs
union all
select
    period_id,
    entity_id,
    'contra' as customer_id,
    imputed_kind,
    functional_currency_code,
    reporting_currency_code,
    capital_cost_ratio,
    period_days,
    cast(null as decimal(18, 4)) as opening_functional_amount,
    cast(null as decimal(18, 4)) as closing_functional_amount,
    cast(null as decimal(18, 4)) as opening_reporting_amount,
    cast(null as decimal(18, 4)) as closing_reporting_amount,
    cast(-sum(functional_amount) as decimal(18, 4)) as functional_amount,
    cast(-sum(reporting_amount) as decimal(18, 4)) as reporting_amount,
    starts_on,
    ends_on
from imputed_costs
group by
    period_id,
    entity_id,
    imputed_kind,
    functional_currency_code,
    reporting_currency_code,
    capital_cost_ratio,
    period_days,
    starts_on,
    ends_on
