/*---
description = "Sizes of markets by year, category and region, with growth and the strongest rival."
grain       = ["market_year", "product_category", "region"]

[columns]
market_size_reporting_amount = """Size in the group's reporting currency at the accounting rate of \
the 30th of June of the year, or of the last day before it that has rates, rounded to its minor \
unit; null without a rate."""
largest_rival_amount = """What the strongest competitor sells there, in the currency of the row, \
rounded to four decimals."""
---*/

with last_day as (
    select max(rate_on) as last_on
    from intermediate.int_money_rates
),

dated_sizes as (
    select
        sizes.*,
        least(make_date(sizes.market_year, 6, 30), last_day.last_on) as sized_on
    from staging.stg_inputs__market_sizes as sizes
    cross join last_day
)

select
    sizes.market_year,
    sizes.product_category,
    sizes.region,
    sizes.currency_code,
    sizes.market_source,
    sizes.market_size_amount,
    cast(
        round(sizes.market_size_amount * rates.reporting_rate, rates.reporting_digits)
        as decimal(18, 4)
    ) as market_size_reporting_amount,
    cast(round(sizes.market_size_amount * sizes.largest_rival_ratio, 4) as decimal(18, 4))
        as largest_rival_amount,
    rates.reporting_rate as exchange_rate,
    sizes.growth_ratio,
    sizes.largest_rival_ratio,
    rates.rated_on
from dated_sizes as sizes
left join intermediate.int_money_rates as rates
    on rates.entity_id = 'unassigned'
    and rates.currency_code = sizes.currency_code
    and rates.rate_on = sizes.sized_on
