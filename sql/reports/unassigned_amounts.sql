/*---
description = """Which revenue and cost has no customer, and why? Unassigned amounts and unused \
capacity by line and reason, each beside the whole line; reasons of a line sum to its total."""
label       = { en = "Amounts without a customer", "zh-CN" = "未分配金额" }
grain       = [
    "currency_code",
    "row_kind",
    "profit_line",
    "bucket",
    "attribution_kind",
    "attribution_reason",
    "account_id",
]

[parameters.period]
type = "period"
default = "newest_period"
description = """Last period of the span; adjusting periods stand with the regular one that holds \
them."""

[parameters.from_period]
type = "period"
not_after = "period"
optional = true
description = "First period of the span; left out, the span is the one period."

[parameters.comparison]
type = "choice"
default = "previous_period"
allowed = ["previous_period", "same_period_year_before", "none"]
description = """What the span is compared with: as many periods before it, or those of a year \
before."""

[parameters.entity]
type = "text"
optional = true
from = "marts.dim_entities.entity_id"
description = "Only this legal entity."

[parameters.currency]
type = "choice"
default = "reporting"
allowed = ["reporting", "functional"]
description = """The currency of the group, or that of the books: then one block of rows a \
currency. Not those of documents, for cost that is allocated has none."""

[parameters.detail]
type = "choice"
default = "reasons"
allowed = ["reasons", "accounts"]
description = "One row a reason, or a reason and account."

[columns]
row_kind = "reason, line_total or total."
profit_line = "Line of the profit statement."
bucket = "unassigned or unused_capacity."
attribution_kind = "How the amount came there: allocation, difference or none."
attribution_reason = "Rule, class of difference, or why nobody is known."
account_id = "Account of the ledger."
currency_code = "ISO 4217 code of the row's amounts."
entry_count = "Entries behind the amount, where they are known one by one."
amount = "Amount of the span; revenue is positive, cost negative."
line_amount = "Amount of the line over all customers and buckets."
line_ratio = "Amount over that of the whole line."
base_amount = "Amount of the span compared with; null where there is none."
change_amount = "Amount less that of the span compared with."
unpriced_count = """Entries, plans or positions without a rate to the reporting currency: \
counted, never taken as 0."""

[labels.en]
row_kind = "Kind of row"
profit_line = "Line"
bucket = "Carried by"
attribution_kind = "Way"
attribution_reason = "Reason"
account_id = "Account"
currency_code = "Currency"
entry_count = "Entries"
amount = "Amount"
line_amount = "Whole line"
line_ratio = "Share of the line"
base_amount = "Amount before"
change_amount = "Change"
unpriced_count = "Without rate"

[labels."zh-CN"]
row_kind = "行类型"
profit_line = "损益项目"
bucket = "归属"
attribution_kind = "归属方式"
attribution_reason = "原因"
account_id = "科目"
currency_code = "币种"
entry_count = "分录数"
amount = "金额"
line_amount = "项目总额"
line_ratio = "占项目比"
base_amount = "对比期金额"
change_amount = "变动"
unpriced_count = "缺汇率笔数"

[values]
row_kind = ["reason", "line_total", "total"]
bucket = ["unassigned", "unused_capacity"]
attribution_kind = ["allocation", "difference", "none"]

[units]
amount = "currency_code"
line_amount = "currency_code"
line_ratio = "ratio"
base_amount = "currency_code"
change_amount = "currency_code"
---*/

with named as (
    select
        max(sequence_number) filter (where period_id = $period) as last_number,
        max(year_before_number) filter (where period_id = $period) as last_year_before,
        max(sequence_number) filter (where period_id = coalesce($from_period, $period))
            as first_number,
        max(year_before_number) filter (where period_id = coalesce($from_period, $period))
            as first_year_before
    from marts.dim_periods
),

-- The span before is as long as the one asked for; without periods to fill it there is no base.
bounds as (
    select
        'actual' as span_kind,
        first_number,
        last_number
    from named
    union all
    select
        'base' as span_kind,
        case $comparison
            when 'same_period_year_before' then first_year_before
            else 2 * first_number - last_number - 1
        end as first_number,
        case $comparison
            when 'same_period_year_before' then last_year_before
            else first_number - 1
        end as last_number
    from named
    where $comparison <> 'none'
),

spans as (
    select
        periods.period_id,
        bounds.span_kind
    from marts.dim_periods as periods
    join bounds
        on periods.sequence_number between bounds.first_number and bounds.last_number
    where bounds.first_number >= 1
),

chosen as (
    select
        spans.span_kind,
        lines.bucket,
        lines.profit_line,
        lines.attribution_kind,
        lines.attribution_reason,
        case when $detail = 'accounts' then lines.account_id end as account_id,
        case $currency
            when 'functional' then lines.functional_currency_code
            else lines.reporting_currency_code
        end as currency_code,
        case $currency
            when 'functional' then lines.functional_amount
            else lines.reporting_amount
        end as amount,
        lines.entry_count,
        case
            when lines.reporting_amount is null then coalesce(lines.entry_count, 1)
            else 0
        end as unpriced_count
    from marts.fct_profit_lines as lines
    join spans
        on lines.period_id = spans.period_id
    where lines.bucket <> 'out_of_scope'
        and ($entity is null or lines.entity_id = $entity)
),

whole_lines as (
    select
        profit_line,
        currency_code,
        sum(amount) as line_amount
    from chosen
    where span_kind = 'actual'
    group by 1, 2
),

-- One row a reason and line; below each line what all its reasons come to, and in the end all.
reasons as (
    select
        bucket,
        profit_line,
        attribution_kind,
        attribution_reason,
        account_id,
        currency_code,
        coalesce(sum(amount) filter (where span_kind = 'actual'), 0) as amount,
        sum(amount) filter (where span_kind = 'base') as base_amount,
        sum(entry_count) filter (where span_kind = 'actual') as entry_count,
        coalesce(sum(unpriced_count) filter (where span_kind = 'actual'), 0) as unpriced_count
    from chosen
    where bucket <> 'customer'
    group by 1, 2, 3, 4, 5, 6
),

has_base as (
    select count(*) > 0 as is_compared from spans where span_kind = 'base'
),

summed as (
    select
        case
            when grouping(profit_line) = 1 then 'total'
            when grouping(bucket) = 1 then 'line_total'
            else 'reason'
        end as row_kind,
        bucket,
        profit_line,
        attribution_kind,
        attribution_reason,
        account_id,
        currency_code,
        sum(amount) as amount,
        sum(base_amount) as base_amount,
        sum(entry_count) as entry_count,
        sum(unpriced_count) as unpriced_count
    from reasons
    group by grouping sets (
        (currency_code, profit_line, bucket, attribution_kind, attribution_reason, account_id),
        (currency_code, profit_line),
        (currency_code)
    )
)

select
    summed.row_kind,
    summed.profit_line,
    summed.bucket,
    summed.attribution_kind,
    summed.attribution_reason,
    summed.account_id,
    summed.currency_code,
    summed.entry_count,
    summed.amount,
    cast(whole_lines.line_amount as decimal(18, 4)) as line_amount,
    cast(
        round(cast(summed.amount as decimal(38, 10)) / nullif(whole_lines.line_amount, 0), 6)
        as decimal(18, 6)
    ) as line_ratio,
    cast(
        case when has_base.is_compared then coalesce(summed.base_amount, 0) end
        as decimal(18, 4)
    ) as base_amount,
    cast(
        case when has_base.is_compared then summed.amount - coalesce(summed.base_amount, 0) end
        as decimal(18, 4)
    ) as change_amount,
    summed.unpriced_count
from summed
cross join has_base
left join whole_lines
    on summed.profit_line = whole_lines.profit_line
    and (summed.currency_code is not distinct from whole_lines.currency_code)
order by
    summed.currency_code,
    summed.row_kind = 'total',
    case summed.profit_line
        when 'gross_revenue' then 1
        when 'discounts' then 2
        when 'returns' then 3
        when 'cost_of_goods' then 4
        when 'selling' then 5
        when 'marketing' then 6
        when 'service' then 7
        when 'delivery' then 8
        when 'stock_holding' then 9
        when 'overhead' then 10
        else 11
    end,
    summed.row_kind = 'line_total',
    summed.bucket,
    summed.attribution_kind,
    summed.attribution_reason,
    summed.account_id
