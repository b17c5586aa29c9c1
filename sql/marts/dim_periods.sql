/*---
description = "Accounting periods of the whole group, one row a period, adjusting periods included."
grain       = ["period_id"]

[columns]
period_id = """Name of the period. Where the project's calendar is of months, the month as \
2026-07, whatever month the fiscal year begins in; adjusting periods, and all periods of a \
calendar that is a table, are named by inputs.calendar."""
fiscal_quarter = "Quarter of the fiscal year, as 2026-Q3."
fiscal_year = "Fiscal year, named by the calendar year in which it ends."
period_number = "Place of the period in its fiscal year, from 1; adjusting periods come last."
is_adjusting = """True for a period that takes corrections only; its days belong to a regular one \
too."""
starts_on = "First day."
ends_on = "Last day, which belongs to the period."
sequence_number = """Place among all regular periods of all years, from 1; an adjusting period has \
that of the regular one that holds its last day, so that spans of periods take it along."""
year_before_number = """Sequence number of the period of the same place a fiscal year before; null \
where there is none."""

[checks]
not_null = ["fiscal_year", "period_number", "is_adjusting", "starts_on", "ends_on"]
expressions = [{ name = "ends_after_its_start", sql = "starts_on <= ends_on" }]
---*/

with accounting_days as (
    select posted_on as accounted_on from staging.stg_finance__ledger_entries
    union all
    select invoiced_on as accounted_on from staging.stg_finance__invoices
    union all
    select paid_on as accounted_on from staging.stg_finance__payments
    union all
    select ordered_on as accounted_on from staging.stg_sales__orders
    union all
    select quoted_on as accounted_on from staging.stg_sales__quotes
    union all
    select worked_on as accounted_on from staging.stg_staff__work_hours
    union all
    select moved_on as accounted_on from staging.stg_inventory__stock_moves
    union all
    select counted_on as accounted_on from staging.stg_inventory__stock_counts
    union all
    -- Plans reach further than facts do; the name of a planned month is its first day in short.
    select try_cast(concat(period_id, '-01') as date) as accounted_on
    from staging.stg_finance__budgets
),

-- A day outside these years is a slip of the pen; it must not make thousands of periods.
span as (
    select
        min(accounted_on) as earliest_on,
        max(accounted_on) as latest_on
    from accounting_days
    where accounted_on between date '1970-01-01' and date '2099-12-31'
),

-- Whole fiscal years: from the first month of the earliest to the last month of the latest.
fiscal_years as (
    select
        project.calendar_kind,
        cast(project.first_month as bigint) as first_month,
        make_date(
            cast(date_part('year', span.earliest_on) as bigint) - case
                when date_part('month', span.earliest_on) < project.first_month then 1
                else 0
            end,
            cast(project.first_month as bigint),
            1
        ) as first_month_on,
        cast(
            make_date(
                cast(date_part('year', span.latest_on) as bigint) - case
                    when date_part('month', span.latest_on) < project.first_month then 1
                    else 0
                end,
                cast(project.first_month as bigint),
                1
            ) + interval '11 months' as date
        ) as last_month_on
    from span
    cross join patron.project as project
),

months as (
    select
        first_month,
        unnest(generate_series(first_month_on, last_month_on, interval '1 month')) as starts_on
    from fiscal_years
    where calendar_kind = 'months'
),

numbered_months as (
    select
        starts_on,
        cast(date_part('year', starts_on) as bigint) + case
            when first_month > 1 and date_part('month', starts_on) >= first_month then 1
            else 0
        end as fiscal_year,
        (cast(date_part('month', starts_on) as bigint) - first_month + 12) % 12 + 1
            as period_number
    from months
),

month_periods as (
    select
        to_char(starts_on, '%Y-%m') as period_id,
        concat(fiscal_year, '-Q', (period_number - 1) / 3 + 1) as fiscal_quarter,
        fiscal_year,
        period_number,
        false as is_adjusting,
        starts_on,
        cast(starts_on + interval '1 month' - interval '1 day' as date) as ends_on
    from numbered_months
),

-- Months need no list, adjusting periods always do; those of other years are left out.
listed_periods as (
    select
        calendar.period_id,
        calendar.fiscal_quarter,
        calendar.fiscal_year,
        calendar.period_number,
        calendar.is_adjusting,
        calendar.starts_on,
        calendar.ends_on
    from staging.stg_inputs__calendar as calendar
    cross join fiscal_years
    where fiscal_years.calendar_kind = 'table'
        or (
            calendar.is_adjusting
            and calendar.starts_on >= fiscal_years.first_month_on
            and calendar.starts_on < fiscal_years.last_month_on + interval '1 month'
        )
),

all_periods as (
    select * from month_periods
    union all
    select * from listed_periods
),

sequenced_periods as (
    select
        period_id,
        fiscal_year,
        period_number,
        starts_on,
        ends_on,
        row_number() over (order by ends_on, period_number) as sequence_number
    from all_periods
    where not is_adjusting
),

years_before as (
    select
        periods.period_id,
        before.sequence_number as year_before_number
    from sequenced_periods as periods
    join sequenced_periods as before
        on periods.fiscal_year = before.fiscal_year + 1
        and periods.period_number = before.period_number
)

select
    periods.period_id,
    periods.fiscal_quarter,
    periods.fiscal_year,
    periods.period_number,
    cast(sequenced.sequence_number as bigint) as sequence_number,
    cast(years_before.year_before_number as bigint) as year_before_number,
    periods.is_adjusting,
    periods.starts_on,
    periods.ends_on
from all_periods as periods
left join sequenced_periods as sequenced
    on periods.ends_on between sequenced.starts_on and sequenced.ends_on
left join years_before
    on sequenced.period_id = years_before.period_id
