/*---
description = """What does each customer contribute, and how many make four fifths of it? \
Customers by the measure descending with their shares; the customer who crosses the line belongs \
to those who cover it. Shares are null where the whole is no gain, for a share of a loss says \
nothing."""
label       = { en = "Contribution of customers", "zh-CN" = "客户利润贡献" }
grain       = ["currency_code", "row_kind", "rank_number"]

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

[parameters.currency]
type = "choice"
default = "reporting"
allowed = ["reporting", "functional"]
description = """The currency of the group, or that of the books: then one block of rows a \
currency. Not those of documents, for cost that is allocated has none."""

[parameters.measure]
type = "choice"
default = "contribution"
allowed = ["contribution", "profit", "gross_margin", "net_revenue"]
description = "By what customers are ranked and shares are taken."

[parameters.coverage]
type = "decimal"
default = "0.8"
description = "Share of the whole that is to be covered."

[parameters.entity]
type = "text"
optional = true
from = "marts.dim_entities.entity_id"
description = "Only this legal entity."

[parameters.unit]
type = "text"
optional = true
from = "marts.dim_business_units.business_unit_id"
description = "Only customers of this business unit."

[parameters.region]
type = "text"
optional = true
from = "marts.dim_customers.region"
description = "Only customers of this region."

[parameters.industry]
type = "text"
optional = true
from = "marts.dim_customers.industry"
description = "Only customers of this industry."

[parameters.type]
type = "text"
optional = true
from = "marts.dim_customers.customer_type"
description = "Only customers of this type."

[parameters.size]
type = "text"
optional = true
from = "marts.dim_customers.company_size"
description = "Only customers of this size."

[parameters.owner]
type = "text"
optional = true
from = "marts.dim_customers.owner_id"
description = "Only customers of this salesperson."

[parameters.limit]
type = "integer"
least = 0
default = 1000
description = "Rows shown, the first by rank; sums are always of all; 0 for sums alone."

[columns]
row_kind = "customer or total."
rank_number = "Place, from 1."
customer_id = "Customer."
customer_name = "Name of the customer as it is now."
currency_code = "ISO 4217 code of the row's amounts."
customer_count = "How many customers the row is about; recomputed for totals."
coverage_count = "How many customers cover the share asked for."
net_revenue_amount = "Gross revenue less discounts and returns."
gross_margin_amount = "Net revenue less cost of goods."
contribution_amount = "Gross margin less the five costs of serving customers."
contribution_ratio = "Contribution over net revenue."
profit_amount = "Contribution less overhead, and what is not mapped."
cumulative_amount = "Measured amount of this customer and all before it."
share_ratio = "Measured amount over that of all customers; null where the whole is no gain."
cumulative_ratio = "Sum up to here over the whole; null where the whole is no gain."
customer_ratio = "Customers up to this one over all; of the total those that cover the share."
is_within_coverage = "Whether the customer is one of those that cover the share asked for."

[labels.en]
row_kind = "Kind of row"
rank_number = "Rank"
customer_id = "Customer"
customer_name = "Customer name"
currency_code = "Currency"
customer_count = "Customers"
coverage_count = "Covering customers"
net_revenue_amount = "Net revenue"
gross_margin_amount = "Gross margin"
contribution_amount = "Contribution"
contribution_ratio = "Contribution ratio"
profit_amount = "Profit"
cumulative_amount = "Sum up to here"
share_ratio = "Share"
cumulative_ratio = "Share up to here"
customer_ratio = "Share of customers"
is_within_coverage = "Covers"

[labels."zh-CN"]
row_kind = "行类型"
rank_number = "名次"
customer_id = "客户编号"
customer_name = "客户名称"
currency_code = "币种"
customer_count = "客户数"
coverage_count = "覆盖客户数"
net_revenue_amount = "净收入"
gross_margin_amount = "毛利"
contribution_amount = "客户贡献"
contribution_ratio = "贡献率"
profit_amount = "利润"
cumulative_amount = "累计金额"
share_ratio = "占比"
cumulative_ratio = "累计占比"
customer_ratio = "客户占比"
is_within_coverage = "是否在覆盖内"

[values]
row_kind = ["customer", "total"]

[units]
net_revenue_amount = "currency_code"
gross_margin_amount = "currency_code"
contribution_amount = "currency_code"
contribution_ratio = "ratio"
profit_amount = "currency_code"
cumulative_amount = "currency_code"
share_ratio = "ratio"
cumulative_ratio = "ratio"
customer_ratio = "ratio"
---*/

with named as (
    select
        max(sequence_number) filter (where period_id = coalesce($from_period, $period))
            as first_number,
        max(sequence_number) filter (where period_id = $period) as last_number
    from marts.dim_periods
),

spanned as (
    select periods.period_id
    from marts.dim_periods as periods
    join named
        on periods.sequence_number between named.first_number and named.last_number
),

amounts as (
    select
        lines.customer_id,
        lines.profit_line,
        lines.profit_line in ('gross_revenue', 'discounts', 'returns') as is_revenue,
        case $currency
            when 'functional' then lines.functional_currency_code
            else lines.reporting_currency_code
        end as currency_code,
        case $currency
            when 'functional' then lines.functional_amount
            else coalesce(lines.reporting_amount, 0)
        end as amount
    from marts.fct_profit_lines as lines
    join spanned
        on lines.period_id = spanned.period_id
    left join marts.dim_customers as customers
        on lines.customer_id = customers.customer_id
        and lines.customer_version_number = customers.version_number
    where lines.bucket = 'customer'
        and ($entity is null or lines.entity_id = $entity)
        and ($unit is null or customers.business_unit_id = $unit)
        and ($region is null or customers.region = $region)
        and ($industry is null or customers.industry = $industry)
        and ($type is null or customers.customer_type = $type)
        and ($size is null or customers.company_size = $size)
        and ($owner is null or customers.owner_id = $owner)
),

-- Down to the contribution lines are those of the statement; below stand overhead and all others.
summed as (
    select
        customer_id,
        currency_code,
        sum(case when is_revenue then amount else 0 end) as net_revenue_amount,
        sum(case when is_revenue or profit_line = 'cost_of_goods' then amount else 0 end)
            as gross_margin_amount,
        sum(
            case
                when is_revenue or profit_line in (
                    'cost_of_goods', 'selling', 'marketing', 'service', 'delivery', 'stock_holding'
                )
                    then amount
                else 0
            end
        ) as contribution_amount,
        sum(amount) as profit_amount
    from amounts
    group by 1, 2
),

chosen as (
    select
        *,
        case $measure
            when 'net_revenue' then net_revenue_amount
            when 'gross_margin' then gross_margin_amount
            when 'profit' then profit_amount
            else contribution_amount
        end as measured_amount
    from summed
    where net_revenue_amount <> 0 or profit_amount <> 0
),

whole as (
    select
        currency_code,
        count(*) as customer_count,
        sum(measured_amount) as measured_amount,
        -- A share of nothing, or of a loss, says nothing: amounts stand without shares then.
        case when sum(measured_amount) > 0 then sum(measured_amount) end as positive_amount
    from chosen
    group by 1
),

ranked as (
    select
        chosen.*,
        row_number() over (
            partition by currency_code
            order by measured_amount desc, customer_id
        ) as rank_number,
        sum(measured_amount) over (
            partition by currency_code
            order by measured_amount desc, customer_id
            rows between unbounded preceding and current row
        ) as cumulative_amount
    from chosen
),

-- The customer who crosses the line belongs to those who cover it.
covered as (
    select
        ranked.*,
        whole.positive_amount,
        whole.customer_count,
        whole.positive_amount is not null
            and ranked.cumulative_amount - ranked.measured_amount
            < whole.positive_amount * $coverage as is_within_coverage
    from ranked
    join whole
        on ranked.currency_code = whole.currency_code
),

listed as (
    select
        'customer' as row_kind,
        covered.rank_number,
        covered.customer_id,
        names.customer_name,
        covered.currency_code,
        cast(null as bigint) as customer_count,
        cast(null as bigint) as coverage_count,
        covered.net_revenue_amount,
        covered.gross_margin_amount,
        covered.contribution_amount,
        covered.profit_amount,
        covered.cumulative_amount,
        cast(
            round(
                cast(covered.measured_amount as decimal(38, 10)) / covered.positive_amount,
                6
            ) as decimal(18, 6)
        ) as share_ratio,
        cast(
            round(
                cast(covered.cumulative_amount as decimal(38, 10))
                / covered.positive_amount,
                6
            ) as decimal(18, 6)
        ) as cumulative_ratio,
        cast(
            round(cast(covered.rank_number as decimal(38, 10)) / covered.customer_count, 6)
            as decimal(18, 6)
        ) as customer_ratio,
        covered.is_within_coverage
    from covered
    join marts.dim_customers as names
        on covered.customer_id = names.customer_id
        and names.is_current
    where covered.rank_number <= $limit
    union all
    select
        'total' as row_kind,
        null as rank_number,
        null as customer_id,
        null as customer_name,
        currency_code,
        count(*) as customer_count,
        case
            when max(positive_amount) is not null then count(*) filter (where is_within_coverage)
        end as coverage_count,
        coalesce(sum(net_revenue_amount), 0) as net_revenue_amount,
        coalesce(sum(gross_margin_amount), 0) as gross_margin_amount,
        coalesce(sum(contribution_amount), 0) as contribution_amount,
        coalesce(sum(profit_amount), 0) as profit_amount,
        coalesce(sum(measured_amount), 0) as cumulative_amount,
        cast(
            round(cast(sum(measured_amount) as decimal(38, 10)) / max(positive_amount), 6)
            as decimal(18, 6)
        ) as share_ratio,
        cast(
            round(cast(sum(measured_amount) as decimal(38, 10)) / max(positive_amount), 6)
            as decimal(18, 6)
        ) as cumulative_ratio,
        case
            when max(positive_amount) is not null
                then cast(
                    round(
                        cast(count(*) filter (where is_within_coverage) as decimal(38, 10))
                        / nullif(count(*), 0),
                        6
                    ) as decimal(18, 6)
                )
        end as customer_ratio,
        null as is_within_coverage
    from covered
    group by currency_code
)

select
    row_kind,
    rank_number,
    customer_id,
    customer_name,
    currency_code,
    customer_count,
    coverage_count,
    cast(net_revenue_amount as decimal(18, 4)) as net_revenue_amount,
    cast(gross_margin_amount as decimal(18, 4)) as gross_margin_amount,
    cast(contribution_amount as decimal(18, 4)) as contribution_amount,
    cast(
        round(cast(contribution_amount as decimal(38, 10)) / nullif(net_revenue_amount, 0), 6)
        as decimal(18, 6)
    ) as contribution_ratio,
    cast(profit_amount as decimal(18, 4)) as profit_amount,
    cast(cumulative_amount as decimal(18, 4)) as cumulative_amount,
    cast(share_ratio as decimal(18, 6)) as share_ratio,
    cast(cumulative_ratio as decimal(18, 6)) as cumulative_ratio,
    cast(customer_ratio as decimal(18, 6)) as customer_ratio,
    is_within_coverage
from listed
order by currency_code, row_kind = 'total', rank_number
