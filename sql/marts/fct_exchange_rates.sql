/*---
description = """Exchange rates as their source states them, one row a kind, day and pair of \
currencies."""
grain       = ["rate_kind", "rated_on", "from_currency_code", "to_currency_code"]

[columns]
period_id = "Regular accounting period of the rate's day."
is_accounting = "Whether documents of that day are converted at this kind of rate."

[checks]
expressions = [{ name = "is_above_zero", sql = "exchange_rate > 0" }]
---*/

select
    dates.period_id,
    rates.rate_kind,
    rates.from_currency_code,
    rates.to_currency_code,
    rates.exchange_rate,
    coalesce(filled.is_accounting, false) as is_accounting,
    rates.rated_on
from staging.stg_finance__rates as rates
left join marts.dim_dates as dates
    on dates.date_on = rates.rated_on
left join intermediate.int_rates_filled as filled
    on filled.rate_kind = rates.rate_kind
    and filled.from_currency_code = rates.from_currency_code
    and filled.to_currency_code = rates.to_currency_code
    and filled.rate_on = rates.rated_on
