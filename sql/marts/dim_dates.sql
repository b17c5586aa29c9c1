/*---
description = "Days, one row a day, each with the regular accounting period that it belongs to."
grain       = ["date_on"]

[columns]
period_id = "Regular accounting period of the day; adjusting periods have no days of their own."
fiscal_quarter = "Quarter of the fiscal year, as 2026-Q3."
calendar_month = "Month of the calendar, as 2026-07."
calendar_quarter = "Quarter of the calendar, as 2026-Q3."
iso_week = "Week of ISO 8601, as 2026-W05; it begins on Monday."
fiscal_year = "Fiscal year of the period."
period_number = "Place of the period in its fiscal year, from 1."
calendar_year = "Year of the calendar."
weekday_number = "Day of the week by ISO 8601: 1 is Monday, 7 is Sunday."
is_weekday = "True from Monday to Friday; holidays are not known."
date_on = "The day, in the project's time zone."
week_starts_on = "Monday of the day's week."
month_starts_on = "First day of the day's calendar month."

[checks]
not_null = ["period_id"]
relationships = [
    { columns = ["period_id"], to = "marts.dim_periods", key = ["period_id"] },
]
---*/

with period_days as (
    select
        period_id,
        fiscal_quarter,
        fiscal_year,
        period_number,
        unnest(generate_series(starts_on, ends_on, interval '1 day')) as date_on
    from marts.dim_periods
    where not is_adjusting
)

select
    period_id,
    fiscal_quarter,
    to_char(date_on, '%Y-%m') as calendar_month,
    concat(
        cast(date_part('year', date_on) as bigint),
        '-Q',
        cast(date_part('quarter', date_on) as bigint)
    ) as calendar_quarter,
    to_char(date_on, '%G-W%V') as iso_week,
    fiscal_year,
    period_number,
    cast(date_part('year', date_on) as bigint) as calendar_year,
    cast(date_part('isodow', date_on) as bigint) as weekday_number,
    date_part('isodow', date_on) <= 5 as is_weekday,
    date_on,
    cast(date_trunc('week', date_on) as date) as week_starts_on,
    cast(date_trunc('month', date_on) as date) as month_starts_on
from period_days
