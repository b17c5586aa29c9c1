/*---
description = """Who loses us money, and by what? Customers with a loss, the worst first, and of \
each the cost by which it most exceeds what the company spends per unit of net revenue: excess = \
cost - net revenue x company's cost / company's net revenue. The driver of a rule says what \
costs: service, small_orders (order lines and invoices), visits, stock_held, marketing, delivery, \
general; returns and sold_below_cost are causes too, and come first where the trade loses by \
itself: much of it came back, or gross margin is negative."""
label       = { en = "Customers that lose money", "zh-CN" = "亏损客户" }
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

[parameters.loss]
type = "decimal"
default = "0.01"
description = "Losses smaller than this are left out."

[parameters.returns_ratio]
type = "decimal"
default = "0.25"
description = "Share of what was sold from which returns are the cause."

[parameters.limit]
type = "integer"
least = 1
default = 1000
description = "Rows shown, the first by rank; sums are always of all."

[columns]
row_kind = "customer or total."
rank_number = "Place, from 1."
customer_id = "Customer."
customer_name = "Name of the customer as it is now."
customer_count = "How many customers the row is about; recomputed for totals."
currency_code = "ISO 4217 code of the row's amounts."
main_cause = """Cost by which the customer most exceeds what the company spends per unit of net \
revenue."""
main_cause_amount = "How much the customer takes beyond the company's part of net revenue."
second_cause = "The next largest excess."
second_cause_amount = "How much that is."
net_revenue_amount = "Gross revenue less discounts and returns."
gross_margin_amount = "Net revenue less cost of goods."
goods_cost_amount = "Cost of the goods sold, negative."
return_amount = "What credit notes took back, negative."
service_amount = "Cost that minutes of service and travel drive, negative."
small_orders_amount = "Cost that order lines and invoices drive, negative."
visits_amount = "Cost that visits and calls drive, negative."
stock_held_amount = "Cost that reserved pallets drive, negative."
profit_amount = "Contribution less overhead, and what is not mapped."
loss_ratio = "Loss over all customers' losses."

[labels.en]
row_kind = "Kind of row"
rank_number = "Rank"
customer_id = "Customer"
customer_name = "Customer name"
customer_count = "Customers"
currency_code = "Currency"
main_cause = "Main cause"
main_cause_amount = "Excess"
second_cause = "Second cause"
second_cause_amount = "Second excess"
net_revenue_amount = "Net revenue"
gross_margin_amount = "Gross margin"
goods_cost_amount = "Cost of goods"
return_amount = "Returns"
service_amount = "Service"
small_orders_amount = "Handling of orders"
visits_amount = "Visits and calls"
stock_held_amount = "Stock held"
profit_amount = "Profit"
loss_ratio = "Share of losses"

[labels."zh-CN"]
row_kind = "行类型"
rank_number = "名次"
customer_id = "客户编号"
customer_name = "客户名称"
customer_count = "客户数"
currency_code = "币种"
main_cause = "主要原因"
main_cause_amount = "超额"
second_cause = "次要原因"
second_cause_amount = "次要超额"
net_revenue_amount = "净收入"
gross_margin_amount = "毛利"
goods_cost_amount = "销售成本"
return_amount = "退货"
service_amount = "服务费用"
small_orders_amount = "订单处理"
visits_amount = "拜访与电话"
stock_held_amount = "代存库存"
profit_amount = "利润"
loss_ratio = "亏损占比"

[values]
row_kind = ["customer", "total"]
main_cause = "cause"
second_cause = "cause"

[units]
main_cause_amount = "currency_code"
second_cause_amount = "currency_code"
net_revenue_amount = "currency_code"
gross_margin_amount = "currency_code"
goods_cost_amount = "currency_code"
return_amount = "currency_code"
service_amount = "currency_code"
small_orders_amount = "currency_code"
visits_amount = "currency_code"
stock_held_amount = "currency_code"
profit_amount = "currency_code"
loss_ratio = "ratio"
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

-- Which driver a rule goes by, for the driver says what a customer does that costs.
rules as (
    select
        rule_id,
        period_id,
        max(driver_name) as driver_name
    from marts.fct_allocations
    where movement_kind = 'spread'
    group by 1, 2
),

-- Whoever is asked for is compared with all customers.
chosen as (
    select
        lines.customer_id,
        ($unit is null or customers.business_unit_id = $unit)
            and ($region is null or customers.region = $region)
            and ($industry is null or customers.industry = $industry)
            and ($type is null or customers.customer_type = $type)
            and ($size is null or customers.company_size = $size)
            and ($owner is null or customers.owner_id = $owner) as is_asked,
        case
            when lines.profit_line = 'returns' then 'returns'
            when lines.profit_line in ('gross_revenue', 'discounts') then 'revenue'
            when lines.profit_line = 'cost_of_goods' then 'goods'
            when rules.driver_name in ('service_minutes', 'travel_minutes') then 'service'
            when rules.driver_name in ('order_lines', 'invoices') then 'small_orders'
            when rules.driver_name = 'visit_call_minutes' then 'visits'
            when rules.driver_name = 'pallet_days' then 'stock_held'
            when rules.driver_name = 'campaign_sends' then 'marketing'
            when rules.driver_name = 'delivery_freight' then 'delivery'
            when rules.driver_name in ('net_revenue', 'cost_of_goods') then 'general'
            else lines.profit_line
        end as cost_group,
        case $currency
            when 'functional' then lines.functional_currency_code
            else lines.reporting_currency_code
        end as currency_code,
        case $currency
            when 'functional' then lines.functional_amount
            else lines.reporting_amount
        end as amount
    from marts.fct_profit_lines as lines
    join spanned
        on lines.period_id = spanned.period_id
    left join rules
        on lines.attribution_kind = 'allocation'
        and lines.attribution_reason = rules.rule_id
        and lines.period_id = rules.period_id
    left join marts.dim_customers as customers
        on lines.customer_id = customers.customer_id
        and lines.customer_version_number = customers.version_number
    where lines.bucket = 'customer'
        and ($entity is null or lines.entity_id = $entity)
),

costs as (
    select
        customer_id,
        currency_code,
        cost_group,
        sum(case when is_asked then amount end) as amount,
        sum(amount) as company_amount
    from chosen
    group by 1, 2, 3
),

-- Each cost beside the customer's revenue and profit, and beside what all customers cost.
compared as (
    select
        customer_id,
        currency_code,
        cost_group,
        amount,
        sum(amount) over (partition by customer_id, currency_code) as profit_amount,
        sum(case when cost_group in ('revenue', 'returns') then amount else 0 end)
            over (partition by customer_id, currency_code) as net_revenue_amount,
        sum(case when cost_group in ('revenue', 'returns', 'goods') then amount else 0 end)
            over (partition by customer_id, currency_code) as gross_margin_amount,
        sum(case when cost_group = 'revenue' then amount else 0 end)
            over (partition by customer_id, currency_code) as sold_amount,
        sum(company_amount) over (partition by currency_code, cost_group) as group_amount,
        sum(case when cost_group in ('revenue', 'returns') then company_amount else 0 end)
            over (partition by currency_code) as all_revenue_amount
    from costs
),

-- How much more of each cost a customer takes than the company spends per unit of net revenue.
excesses as (
    select
        compared.*,
        case cost_group
            when 'goods' then 'sold_below_cost'
            when 'revenue' then null
            else cost_group
        end as cause_name,
        case
            when cost_group = 'revenue' then null
            when all_revenue_amount > 0 then cast(
                round(
                    cast(group_amount as decimal(38, 12)) / all_revenue_amount
                    * greatest(net_revenue_amount, 0),
                    4
                ) as decimal(18, 4)
            ) - amount
            else - amount
        end as excess_amount,
        -- A trade that loses by itself is the cause, however much else it costs.
        case
            when cost_group = 'returns' and - amount >= sold_amount * $returns_ratio then 1
            when cost_group = 'goods' and gross_margin_amount < 0 then 2
            when cost_group = 'revenue' then 4
            else 3
        end as cause_order
    from compared
    where profit_amount < 0
),

causes as (
    select
        excesses.*,
        case
            when excess_amount > 0 then row_number() over (
                partition by customer_id, currency_code
                order by cause_order, excess_amount desc nulls last, cause_name
            )
        end as cause_rank
    from excesses
),

losers as (
    select
        customer_id,
        currency_code,
        max(profit_amount) as profit_amount,
        max(net_revenue_amount) as net_revenue_amount,
        max(gross_margin_amount) as gross_margin_amount,
        max(cause_name) filter (where cause_rank = 1) as main_cause,
        max(excess_amount) filter (where cause_rank = 1) as main_cause_amount,
        max(cause_name) filter (where cause_rank = 2) as second_cause,
        max(excess_amount) filter (where cause_rank = 2) as second_cause_amount,
        coalesce(sum(amount) filter (where cost_group = 'goods'), 0) as goods_cost_amount,
        coalesce(sum(amount) filter (where cost_group = 'returns'), 0) as return_amount,
        coalesce(sum(amount) filter (where cost_group = 'service'), 0) as service_amount,
        coalesce(sum(amount) filter (where cost_group = 'small_orders'), 0)
            as small_orders_amount,
        coalesce(sum(amount) filter (where cost_group = 'visits'), 0) as visits_amount,
        coalesce(sum(amount) filter (where cost_group = 'stock_held'), 0) as stock_held_amount
    from causes
    group by 1, 2
),

ranked as (
    select
        losers.*,
        row_number() over (
            partition by currency_code
            order by profit_amount, customer_id
        ) as rank_number,
        sum(profit_amount) over (partition by currency_code) as all_losses_amount
    from losers
    where profit_amount <= - $loss
),

-- Customers beyond the limit are in the total, which is of all.
summed as (
    select
        case when grouping(customer_id) = 1 then 'total' else 'customer' end as row_kind,
        case when grouping(customer_id) = 0 then max(rank_number) end as rank_number,
        customer_id,
        case when grouping(customer_id) = 1 then count(*) end as customer_count,
        currency_code,
        case when grouping(customer_id) = 0 then max(main_cause) end as main_cause,
        case when grouping(customer_id) = 0 then max(main_cause_amount) end as main_cause_amount,
        case when grouping(customer_id) = 0 then max(second_cause) end as second_cause,
        case when grouping(customer_id) = 0 then max(second_cause_amount) end
            as second_cause_amount,
        sum(net_revenue_amount) as net_revenue_amount,
        sum(gross_margin_amount) as gross_margin_amount,
        sum(goods_cost_amount) as goods_cost_amount,
        sum(return_amount) as return_amount,
        sum(service_amount) as service_amount,
        sum(small_orders_amount) as small_orders_amount,
        sum(visits_amount) as visits_amount,
        sum(stock_held_amount) as stock_held_amount,
        sum(profit_amount) as profit_amount,
        max(all_losses_amount) as all_losses_amount
    from ranked
    group by grouping sets ((customer_id, currency_code), (currency_code))
)

select
    summed.row_kind,
    summed.rank_number,
    summed.customer_id,
    names.customer_name,
    summed.customer_count,
    summed.currency_code,
    summed.main_cause,
    cast(summed.main_cause_amount as decimal(18, 4)) as main_cause_amount,
    summed.second_cause,
    cast(summed.second_cause_amount as decimal(18, 4)) as second_cause_amount,
    cast(summed.net_revenue_amount as decimal(18, 4)) as net_revenue_amount,
    cast(summed.gross_margin_amount as decimal(18, 4)) as gross_margin_amount,
    cast(summed.goods_cost_amount as decimal(18, 4)) as goods_cost_amount,
    cast(summed.return_amount as decimal(18, 4)) as return_amount,
    cast(summed.service_amount as decimal(18, 4)) as service_amount,
    cast(summed.small_orders_amount as decimal(18, 4)) as small_orders_amount,
    cast(summed.visits_amount as decimal(18, 4)) as visits_amount,
    cast(summed.stock_held_amount as decimal(18, 4)) as stock_held_amount,
    cast(summed.profit_amount as decimal(18, 4)) as profit_amount,
    cast(
        round(cast(summed.profit_amount as decimal(38, 10)) / summed.all_losses_amount, 6)
        as decimal(18, 6)
    ) as loss_ratio
from summed
left join marts.dim_customers as names
    on summed.customer_id = names.customer_id
    and names.is_current
where summed.row_kind = 'total' or summed.rank_number <= $limit
order by summed.currency_code, summed.row_kind = 'total', summed.rank_number
