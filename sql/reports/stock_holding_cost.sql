/*---
description = """What does slow stock cost, and for whom is it held? Of each customer the \
ledger's cost of keeping stock, the imputed interest on what is reserved, and what is kept at the \
last count of the span, which is a level and no sum over days. Nobody's and unused places have \
rows of their own; of a segment of customers stands what is theirs alone."""
label       = { en = "Cost of holding stock", "zh-CN" = "库存持有成本" }
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

[parameters.currency]
type = "choice"
default = "reporting"
allowed = ["reporting", "functional"]
description = """The currency of the group, or that of the books: then one block of rows a \
currency. Not those of documents, for cost that is allocated has none."""

[parameters.limit]
type = "integer"
least = 1
default = 1000
description = "Rows shown, the first by rank; sums are always of all."

[columns]
row_kind = "customer, others (those beyond the limit), unassigned, unused_capacity or total."
rank_number = "Place, from 1."
customer_id = "Customer."
customer_name = "Name of the customer as it is now."
currency_code = "ISO 4217 code of the row's amounts."
position_count = "Products in a warehouse, or reservations of them."
pallet_count = "Pallet places kept for customers."
reserved_value_amount = "Value of what is kept for customers."
stock_holding_amount = "What the ledger holds for keeping stock, negative."
imputed_cost_amount = "Interest on stock that no ledger holds, negative."
whole_cost_amount = "Ledger cost and imputed cost."

[labels.en]
row_kind = "Kind of row"
rank_number = "Rank"
customer_id = "Customer"
customer_name = "Customer name"
currency_code = "Currency"
position_count = "Positions"
pallet_count = "Pallets"
reserved_value_amount = "Value reserved"
stock_holding_amount = "Stock holding"
imputed_cost_amount = "Imputed cost"
whole_cost_amount = "Whole cost"

[labels."zh-CN"]
row_kind = "行类型"
rank_number = "名次"
customer_id = "客户编号"
customer_name = "客户名称"
currency_code = "币种"
position_count = "库存项数"
pallet_count = "托盘数"
reserved_value_amount = "预留金额"
stock_holding_amount = "仓储费用"
imputed_cost_amount = "资金占用成本"
whole_cost_amount = "总持有成本"

[values]
row_kind = ["customer", "others", "unassigned", "unused_capacity", "total"]

[units]
reserved_value_amount = "currency_code"
stock_holding_amount = "currency_code"
imputed_cost_amount = "currency_code"
whole_cost_amount = "currency_code"
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

-- Without a segment everything counts, also what is of no customer.
segment as (
    select coalesce($unit, $region, $industry, $type, $size, $owner) is not null as is_asked
),

-- Attributes of customers are those of the period, as everywhere; the name is today's.
asked as (
    select
        customer_id,
        version_number,
        valid_from_on,
        valid_to_on
    from marts.dim_customers
    where ($unit is null or business_unit_id = $unit)
        and ($region is null or region = $region)
        and ($industry is null or industry = $industry)
        and ($type is null or customer_type = $type)
        and ($size is null or company_size = $size)
        and ($owner is null or owner_id = $owner)
),

holding as (
    select
        lines.bucket,
        lines.customer_id,
        sum(
            case $currency
                when 'functional' then lines.functional_amount
                else lines.reporting_amount
            end
        ) as stock_holding_amount,
        case $currency
            when 'functional' then lines.functional_currency_code
            else lines.reporting_currency_code
        end as currency_code
    from marts.fct_profit_lines as lines
    join spanned
        on lines.period_id = spanned.period_id
    cross join segment
    left join asked
        on lines.customer_id = asked.customer_id
        and lines.customer_version_number = asked.version_number
    where lines.profit_line = 'stock_holding'
        and lines.bucket <> 'out_of_scope'
        and ($entity is null or lines.entity_id = $entity)
        and (not segment.is_asked or asked.customer_id is not null)
    group by 1, 2, 4
),

interest as (
    select
        imputed.customer_id,
        sum(
            case $currency
                when 'functional' then imputed.functional_amount
                else imputed.reporting_amount
            end
        ) as imputed_cost_amount,
        case $currency
            when 'functional' then imputed.functional_currency_code
            else imputed.reporting_currency_code
        end as currency_code
    from marts.fct_imputed_costs as imputed
    join spanned
        on imputed.period_id = spanned.period_id
    cross join segment
    left join asked
        on imputed.customer_id = asked.customer_id
        and (asked.valid_from_on is null or asked.valid_from_on <= imputed.ends_on)
        and (asked.valid_to_on is null or asked.valid_to_on > imputed.ends_on)
    where imputed.imputed_kind = 'stock'
        and imputed.customer_id <> 'contra'
        and ($entity is null or imputed.entity_id = $entity)
        and (not segment.is_asked or asked.customer_id is not null)
    group by 1, 3
),

-- What is kept for a customer at the last count of the span: a level, not a sum over days.
last_period as (
    select max(ends_on) as ends_on
    from marts.dim_periods
    where period_id = $period
),

warehouse_counts as (
    select
        levels.warehouse_id,
        max(levels.counted_on) as counted_on
    from marts.fct_stock_levels as levels
    cross join last_period
    where levels.counted_on <= last_period.ends_on
    group by 1
),

reserved as (
    select
        levels.customer_id,
        case $currency
            when 'functional' then levels.functional_currency_code
            else levels.reporting_currency_code
        end as currency_code,
        count(*) as position_count,
        sum(levels.pallet_count) as pallet_count,
        sum(
            case $currency
                when 'functional' then levels.reserved_value_functional_amount
                else levels.reserved_value_reporting_amount
            end
        ) as reserved_value_amount
    from marts.fct_stock_levels as levels
    join warehouse_counts
        on levels.warehouse_id = warehouse_counts.warehouse_id
        and levels.counted_on = warehouse_counts.counted_on
    cross join segment
    left join asked
        on levels.customer_id = asked.customer_id
        and (asked.valid_from_on is null or asked.valid_from_on <= levels.counted_on)
        and (asked.valid_to_on is null or asked.valid_to_on > levels.counted_on)
    where levels.level_kind = 'reserved'
        and ($entity is null or levels.entity_id = $entity)
        and (not segment.is_asked or asked.customer_id is not null)
    group by 1, 2
),

members as (
    select
        customer_id,
        currency_code,
        sum(stock_holding_amount) as stock_holding_amount,
        sum(imputed_cost_amount) as imputed_cost_amount,
        sum(position_count) as position_count,
        sum(pallet_count) as pallet_count,
        sum(reserved_value_amount) as reserved_value_amount
    from (
        select
            customer_id,
            currency_code,
            stock_holding_amount,
            cast(null as decimal(38, 4)) as imputed_cost_amount,
            cast(null as bigint) as position_count,
            cast(null as bigint) as pallet_count,
            cast(null as decimal(38, 4)) as reserved_value_amount
        from holding
        union all
        select
            customer_id,
            currency_code,
            null as stock_holding_amount,
            imputed_cost_amount,
            null as position_count,
            null as pallet_count,
            null as reserved_value_amount
        from interest
        union all
        select
            customer_id,
            currency_code,
            null as stock_holding_amount,
            null as imputed_cost_amount,
            position_count,
            pallet_count,
            reserved_value_amount
        from reserved
    )
    group by 1, 2
),

ranked as (
    select
        case
            when customer_id in ('unassigned', 'unused_capacity') then customer_id
            else 'customer'
        end as row_kind,
        members.*,
        row_number() over (
            partition by currency_code, customer_id in ('unassigned', 'unused_capacity')
            order by coalesce(stock_holding_amount, 0) + coalesce(imputed_cost_amount, 0),
                customer_id
        ) as rank_number
    from members
),

folded as (
    select
        case when row_kind = 'customer' and rank_number > $limit then 'others' else row_kind end
            as row_kind,
        case
            when row_kind = 'customer' and rank_number <= $limit then customer_id
        end as customer_id,
        case
            when row_kind = 'customer' and rank_number <= $limit then rank_number
        end as rank_number,
        currency_code,
        stock_holding_amount,
        imputed_cost_amount,
        position_count,
        pallet_count,
        reserved_value_amount
    from ranked
),

summed as (
    select
        case when grouping(row_kind) = 1 then 'total' else row_kind end as row_kind,
        customer_id,
        rank_number,
        currency_code,
        coalesce(sum(position_count), 0) as position_count,
        coalesce(sum(pallet_count), 0) as pallet_count,
        coalesce(sum(reserved_value_amount), 0) as reserved_value_amount,
        coalesce(sum(stock_holding_amount), 0) as stock_holding_amount,
        coalesce(sum(imputed_cost_amount), 0) as imputed_cost_amount
    from folded
    group by grouping sets (
        (row_kind, customer_id, rank_number, currency_code),
        (currency_code)
    )
)

select
    summed.row_kind,
    summed.rank_number,
    summed.customer_id,
    names.customer_name,
    summed.currency_code,
    summed.position_count,
    summed.pallet_count,
    cast(summed.reserved_value_amount as decimal(18, 4)) as reserved_value_amount,
    cast(summed.stock_holding_amount as decimal(18, 4)) as stock_holding_amount,
    cast(summed.imputed_cost_amount as decimal(18, 4)) as imputed_cost_amount,
    cast(summed.stock_holding_amount + summed.imputed_cost_amount as decimal(18, 4))
        as whole_cost_amount
from summed
left join marts.dim_customers as names
    on summed.customer_id = names.customer_id
    and names.is_current
order by
    summed.currency_code,
    case summed.row_kind
        when 'customer' then 1
        when 'others' then 2
        when 'unassigned' then 3
        when 'unused_capacity' then 4
        else 5
    end,
    summed.rank_number
