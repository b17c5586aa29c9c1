/*---
description = """The exchange rate that holds on each day, one row a kind of rate, pair of \
currencies and day: that of the latest day for which the source has one."""
grain       = ["rate_kind", "from_currency_code", "to_currency_code", "rate_on"]

[columns]
rate_kind = "Kind of rate: average or closing."
from_currency_code = "ISO 4217 code of the currency that is converted."
to_currency_code = "ISO 4217 code of the currency that it is converted to."
rounding_digits = """Decimals to which an amount converted at this rate is rounded, half away from \
zero: the minor unit of the currency that it is converted to. 4, which is as stored, where both \
currencies are the same: an amount that needs no rate stays as its source states it."""
exchange_rate = """One unit of the first currency is worth so many of the second. 1 where both are \
the same. Only pairs that the source states; none is turned round or derived from two others."""
is_accounting = """Whether this is the kind of rate at which documents of the day are converted, \
by the parameter accounting_rate_kind; closing where it says nothing."""
rate_on = "Day on which the rate holds. Days before a pair's first rate have no row."
rated_on = "Day of the source's rate that holds then; the day itself where no rate is needed."

[checks]
not_null = ["exchange_rate", "rated_on", "rounding_digits"]
expressions = [
    { name = "is_above_zero", sql = "exchange_rate > 0" },
    { name = "is_known_by_then", sql = "rated_on <= rate_on" },
]
---*/

with last_day as (
    select max(date_on) as last_on from marts.dim_dates
),

stated_rates as (
    select
        rate_kind,
        from_currency_code,
        to_currency_code,
        exchange_rate,
        rated_on,
        lead(rated_on) over (
            partition by rate_kind, from_currency_code, to_currency_code
            order by rated_on
        ) as next_rated_on
    from staging.stg_finance__rates
    where from_currency_code <> to_currency_code
),

-- A rate holds until the day before the next one, the last of a pair as far as there are days.
held_rates as (
    select
        stated_rates.rate_kind,
        stated_rates.from_currency_code,
        stated_rates.to_currency_code,
        stated_rates.exchange_rate,
        stated_rates.rated_on,
        unnest(
            generate_series(
                stated_rates.rated_on,
                coalesce(
                    cast(stated_rates.next_rated_on - interval '1 day' as date),
                    greatest(stated_rates.rated_on, last_day.last_on)
                ),
                interval '1 day'
            )
        ) as rate_on
    from stated_rates
    cross join last_day
),

-- Books in one currency need no rates, so these kinds exist without any.
rate_kinds as (
    select distinct rate_kind from staging.stg_finance__rates
    union
    select column1 as rate_kind from (values ('average'), ('closing')) as needed
),

all_rates as (
    select
        rate_kind,
        from_currency_code,
        to_currency_code,
        exchange_rate,
        rate_on,
        rated_on
    from held_rates
    union all
    select
        rate_kinds.rate_kind,
        currencies.currency_code as from_currency_code,
        currencies.currency_code as to_currency_code,
        cast(1 as decimal(18, 8)) as exchange_rate,
        dates.date_on as rate_on,
        dates.date_on as rated_on
    from rate_kinds
    cross join marts.dim_currencies as currencies
    cross join marts.dim_dates as dates
),

chosen_kinds as (
    select
        parameter_value as rate_kind,
        valid_from_on,
        lead(valid_from_on) over (order by valid_from_on) as valid_to_on
    from staging.stg_inputs__parameters
    where parameter_name = 'accounting_rate_kind'
)

select
    all_rates.rate_kind,
    all_rates.from_currency_code,
    all_rates.to_currency_code,
    case
        when all_rates.from_currency_code = all_rates.to_currency_code then 4
        else currencies.minor_unit_digits
    end as rounding_digits,
    cast(all_rates.exchange_rate as decimal(18, 8)) as exchange_rate,
    all_rates.rate_kind = coalesce(chosen_kinds.rate_kind, 'closing') as is_accounting,
    all_rates.rate_on,
    all_rates.rated_on
from all_rates
left join marts.dim_currencies as currencies
    on currencies.currency_code = all_rates.to_currency_code
left join chosen_kinds
    on chosen_kinds.valid_from_on <= all_rates.rate_on
    and (chosen_kinds.valid_to_on is null or all_rates.rate_on < chosen_kinds.valid_to_on)
