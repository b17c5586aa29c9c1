/*---
description = """Who makes and who destroys profit? The whale curve: customers by profit \
descending with the profit up to each, its peak, break-even rank and loss tail; peak less tail is \
the customers' profit. First come all customers in one row, what nobody bears and the total, then \
the curve. Where profit is no gain, shares are null and amounts stand. Equal profits stand in the \
order of customers' numbers."""
label       = { en = "Curve of profit", "zh-CN" = "利润曲线" }
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
description = """Rows shown, the first by rank; the others are one row, and sums are of all; 0 for \
sums alone."""

[columns]
row_kind = """customers (all of them), unassigned, unused_capacity, total, then customer, and \
others (those beyond the limit)."""
rank_number = "Place, from 1; of the others that of the last, up to which sums go."
customer_id = "Customer."
customer_name = "Name of the customer as it is now."
currency_code = "ISO 4217 code of the row's amounts."
customer_count = "How many customers the row is about; recomputed for totals."
customer_ratio = "Customers up to this one over all customers."
net_revenue_amount = "Gross revenue less discounts and returns."
profit_amount = "Contribution less overhead, and what is not mapped."
cumulative_profit_amount = "Profit of this customer and all before it."
cumulative_ratio = "Sum up to here over the whole; null where the whole is no gain."
break_even_rank = "Customers with a profit: after them the curve falls."
peak_amount = "Profit of all customers with a profit."
peak_ratio = "Peak over the customers' profit; null where that is no gain."
tail_amount = "What the customers with a loss take back, negative."
tail_ratio = "Loss tail over the customers' profit; peak and tail make 1."
best_fifth_ratio = "Profit of the best fifth of customers over the customers' profit."

[labels.en]
row_kind = "Kind of row"
rank_number = "Rank"
customer_id = "Customer"
customer_name = "Customer name"
currency_code = "Currency"
customer_count = "Customers"
customer_ratio = "Share of customers"
net_revenue_amount = "Net revenue"
profit_amount = "Profit"
cumulative_profit_amount = "Profit up to here"
cumulative_ratio = "Share up to here"
break_even_rank = "Break-even rank"
peak_amount = "Peak"
peak_ratio = "Peak ratio"
tail_amount = "Loss tail"
tail_ratio = "Loss tail ratio"
best_fifth_ratio = "Best fifth"

[labels."zh-CN"]
row_kind = "行类型"
rank_number = "名次"
customer_id = "客户编号"
customer_name = "客户名称"
currency_code = "币种"
customer_count = "客户数"
customer_ratio = "客户占比"
net_revenue_amount = "净收入"
profit_amount = "利润"
cumulative_profit_amount = "累计利润"
cumulative_ratio = "累计占比"
break_even_rank = "盈亏平衡名次"
peak_amount = "峰值"
peak_ratio = "峰值占比"
tail_amount = "亏损尾部"
tail_ratio = "亏损尾部占比"
best_fifth_ratio = "前五分之一占比"

[values]
row_kind = ["customers", "unassigned", "unused_capacity", "total", "customer", "others"]

[units]
customer_ratio = "ratio"
net_revenue_amount = "currency_code"
profit_amount = "currency_code"
cumulative_profit_amount = "currency_code"
cumulative_ratio = "ratio"
peak_amount = "currency_code"
peak_ratio = "ratio"
tail_amount = "currency_code"
tail_ratio = "ratio"
best_fifth_ratio = "ratio"
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
        lines.bucket,
        lines.customer_id,
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
    where lines.bucket <> 'out_of_scope'
        and ($entity is null or lines.entity_id = $entity)
        and ($unit is null or customers.business_unit_id = $unit)
        and ($region is null or customers.region = $region)
        and ($industry is null or customers.industry = $industry)
        and ($type is null or customers.customer_type = $type)
        and ($size is null or customers.company_size = $size)
        and ($owner is null or customers.owner_id = $owner)
),

chosen as (
    select
        bucket,
        customer_id,
        currency_code,
        sum(case when is_revenue then amount else 0 end) as net_revenue_amount,
        sum(amount) as profit_amount
    from amounts
    group by 1, 2, 3
    having sum(case when is_revenue then amount else 0 end) <> 0 or sum(amount) <> 0
),

-- Equal profits stand in the order of the customers' numbers.
ranked as (
    select
        customer_id,
        currency_code,
        net_revenue_amount,
        profit_amount,
        row_number() over (
            partition by currency_code
            order by profit_amount desc, customer_id
        ) as rank_number,
        sum(profit_amount) over (
            partition by currency_code
            order by profit_amount desc, customer_id
            rows between unbounded preceding and current row
        ) as cumulative_profit_amount
    from chosen
    where bucket = 'customer'
),

whole as (
    select
        currency_code,
        count(*) as customer_count,
        coalesce(sum(net_revenue_amount), 0) as net_revenue_amount,
        coalesce(sum(profit_amount), 0) as profit_amount,
        -- A share of nothing, or of a loss, says nothing.
        case when sum(profit_amount) > 0 then sum(profit_amount) end as positive_amount,
        coalesce(sum(profit_amount) filter (where profit_amount > 0), 0) as peak_amount,
        coalesce(sum(profit_amount) filter (where profit_amount < 0), 0) as tail_amount,
        count(*) filter (where profit_amount > 0) as break_even_rank,
        sum(profit_amount) filter (where rank_number * 5 <= all_count) as best_fifth_amount
    from (
        select
            *,
            count(*) over (partition by currency_code) as all_count
        from ranked
    )
    group by 1
),

curve as (
    select
        'customer' as row_kind,
        ranked.rank_number,
        ranked.customer_id,
        names.customer_name,
        ranked.currency_code,
        cast(null as bigint) as customer_count,
        cast(
            round(cast(ranked.rank_number as decimal(38, 10)) / whole.customer_count, 6)
            as decimal(18, 6)
        ) as customer_ratio,
        ranked.net_revenue_amount,
        ranked.profit_amount,
        ranked.cumulative_profit_amount,
        cast(
            round(
                cast(ranked.cumulative_profit_amount as decimal(38, 10)) / whole.positive_amount, 6
            ) as decimal(18, 6)
        ) as cumulative_ratio,
        cast(null as bigint) as break_even_rank,
        cast(null as decimal(38, 4)) as peak_amount,
        cast(null as decimal(38, 6)) as peak_ratio,
        cast(null as decimal(38, 4)) as tail_amount,
        cast(null as decimal(38, 6)) as tail_ratio,
        cast(null as decimal(38, 6)) as best_fifth_ratio
    from ranked
    join whole
        on ranked.currency_code = whole.currency_code
    join marts.dim_customers as names
        on ranked.customer_id = names.customer_id
        and names.is_current
    where ranked.rank_number <= $limit
    union all
    -- All of the others together end the curve where it ends.
    select
        'others' as row_kind,
        max(ranked.rank_number) as rank_number,
        null as customer_id,
        null as customer_name,
        ranked.currency_code,
        count(*) as customer_count,
        cast(1 as decimal(18, 6)) as customer_ratio,
        sum(ranked.net_revenue_amount) as net_revenue_amount,
        sum(ranked.profit_amount) as profit_amount,
        max(whole.profit_amount) as cumulative_profit_amount,
        cast(
            round(
                cast(max(whole.profit_amount) as decimal(38, 10)) / max(whole.positive_amount), 6
            ) as decimal(18, 6)
        ) as cumulative_ratio,
        null as break_even_rank,
        null as peak_amount,
        null as peak_ratio,
        null as tail_amount,
        null as tail_ratio,
        null as best_fifth_ratio
    from ranked
    join whole
        on ranked.currency_code = whole.currency_code
    where ranked.rank_number > $limit
    group by ranked.currency_code
    union all
    select
        'customers' as row_kind,
        null as rank_number,
        null as customer_id,
        null as customer_name,
        currency_code,
        customer_count,
        null as customer_ratio,
        net_revenue_amount,
        profit_amount,
        profit_amount as cumulative_profit_amount,
        cast(
            round(cast(profit_amount as decimal(38, 10)) / positive_amount, 6) as decimal(18, 6)
        ) as cumulative_ratio,
        break_even_rank,
        peak_amount,
        cast(
            round(cast(peak_amount as decimal(38, 10)) / positive_amount, 6) as decimal(18, 6)
        ) as peak_ratio,
        tail_amount,
        cast(
            round(cast(tail_amount as decimal(38, 10)) / positive_amount, 6) as decimal(18, 6)
        ) as tail_ratio,
        cast(
            round(cast(best_fifth_amount as decimal(38, 10)) / positive_amount, 6) as decimal(18, 6)
        ) as best_fifth_ratio
    from whole
    union all
    select
        bucket as row_kind,
        null as rank_number,
        customer_id,
        null as customer_name,
        currency_code,
        null as customer_count,
        null as customer_ratio,
        net_revenue_amount,
        profit_amount,
        null as cumulative_profit_amount,
        null as cumulative_ratio,
        null as break_even_rank,
        null as peak_amount,
        null as peak_ratio,
        null as tail_amount,
        null as tail_ratio,
        null as best_fifth_ratio
    from chosen
    where bucket <> 'customer'
    union all
    select
        'total' as row_kind,
        null as rank_number,
        null as customer_id,
        null as customer_name,
        currency_code,
        null as customer_count,
        null as customer_ratio,
        coalesce(sum(net_revenue_amount), 0) as net_revenue_amount,
        coalesce(sum(profit_amount), 0) as profit_amount,
        null as cumulative_profit_amount,
        null as cumulative_ratio,
        null as break_even_rank,
        null as peak_amount,
        null as peak_ratio,
        null as tail_amount,
        null as tail_ratio,
        null as best_fifth_ratio
    from chosen
    group by currency_code
)

select
    row_kind,
    rank_number,
    customer_id,
    customer_name,
    currency_code,
    customer_count,
    cast(customer_ratio as decimal(18, 6)) as customer_ratio,
    cast(net_revenue_amount as decimal(18, 4)) as net_revenue_amount,
    cast(profit_amount as decimal(18, 4)) as profit_amount,
    cast(cumulative_profit_amount as decimal(18, 4)) as cumulative_profit_amount,
    cast(cumulative_ratio as decimal(18, 6)) as cumulative_ratio,
    break_even_rank,
    cast(peak_amount as decimal(18, 4)) as peak_amount,
    cast(peak_ratio as decimal(18, 6)) as peak_ratio,
    cast(tail_amount as decimal(18, 4)) as tail_amount,
    cast(tail_ratio as decimal(18, 6)) as tail_ratio,
    cast(best_fifth_ratio as decimal(18, 6)) as best_fifth_ratio
from curve
order by
    currency_code,
    case row_kind
        when 'customers' then 1
        when 'unassigned' then 2
        when 'unused_capacity' then 3
        when 'total' then 4
        when 'customer' then 5
        else 6
    end,
    rank_number
