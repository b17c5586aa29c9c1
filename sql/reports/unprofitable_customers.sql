/*---
description = """Who loses us money, and by what? Customers with a loss, the worst first, and of \
each the cost by which it most exceeds what the company spends per unit of net revenue: excess = \
cost - net revenue x company's cost / company's net revenue. The driver of a rule says what \
costs: service, small_orders (order lines and invoices), visits, stock_held, marketing, delivery, \
general; returns and sold_below_cost are causes too."""
label       = { en = "Customers that lose money", "zh-CN" = "亏损客户" }
grain       = ["currency_code", "row_kind", "rank_number"]

[parameters.period]
type = "period"
default = "newest_period"
description = """Last period of the span; adjusting periods stand with the regular one that holds \
them."""

[parameters.from_period]
type = "period"
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

[parameters.currency]
type = "choice"
default = "reporting"
allowed = ["reporting", "functional"]
description = "The currency of the group, or that of the books: then one block of rows a currency."

[parameters.loss]
type = "decimal"
default = "0.01"
description = "Losses smaller than this are left out."

[parameters.limit]
type = "integer"
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

chosen as (
    select
        lines.customer_id,
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
        and ($unit is null or customers.business_unit_id = $unit)
),

costs as (
    select
        customer_id,
        currency_code,
        cost_group,
        sum(amount) as amount
    from chosen
    group by 1, 2, 3
),

customers_summed as (
    select
        customer_id,
        currency_code,
        coalesce(sum(amount), 0) as profit_amount,
        coalesce(sum(amount) filter (where cost_group in ('revenue', 'returns')), 0)
            as net_revenue_amount,
        coalesce(sum(amount) filter (where cost_group in ('revenue', 'returns', 'goods')), 0)
            as gross_margin_amount,
        coalesce(sum(amount) filter (where cost_group = 'goods'), 0) as goods_amount,
        coalesce(sum(amount) filter (where cost_group = 'returns'), 0) as returns_amount,
        coalesce(sum(amount) filter (where cost_group = 'service'), 0) as service_amount,
        coalesce(sum(amount) filter (where cost_group = 'small_orders'), 0)
            as small_orders_amount,
        coalesce(sum(amount) filter (where cost_group = 'visits'), 0) as visits_amount,
        coalesce(sum(amount) filter (where cost_group = 'stock_held'), 0) as stock_held_amount
    from costs
    group by 1, 2
),

totals as (
    select
        currency_code,
        sum(net_revenue_amount) as net_revenue_amount
    from customers_summed
    group by 1
),

-- What the company spends on each group per unit of net revenue.
groups as (
    select
        costs.currency_code,
        costs.cost_group,
        case
            when max(totals.net_revenue_amount) > 0
                then cast(sum(costs.amount) as decimal(38, 12)) / max(totals.net_revenue_amount)
            else 0
        end as group_ratio
    from costs
    join totals
        on (costs.currency_code is not distinct from totals.currency_code)
    where costs.cost_group <> 'revenue'
    group by 1, 2
),

losers as (
    select *
    from customers_summed
    where profit_amount < 0
),

-- How much more of each group a customer takes than its revenue would have it.
excesses as (
    select
        losers.customer_id,
        losers.currency_code,
        case groups.cost_group when 'goods' then 'sold_below_cost' else groups.cost_group end
            as cause_name,
        cast(
            round(
                losers.net_revenue_amount * cast(groups.group_ratio as decimal(20, 12))
                - coalesce(costs.amount, 0),
                4
            ) as decimal(18, 4)
        ) as excess_amount
    from losers
    join groups
        on (losers.currency_code is not distinct from groups.currency_code)
    left join costs
        on losers.customer_id = costs.customer_id
        and (losers.currency_code is not distinct from costs.currency_code)
        and groups.cost_group = costs.cost_group
),

causes as (
    select
        customer_id,
        currency_code,
        cause_name,
        excess_amount,
        row_number() over (
            partition by customer_id, currency_code
            order by excess_amount desc, cause_name
        ) as cause_rank
    from excesses
    where excess_amount > 0
),

ranked as (
    select
        losers.*,
        first_causes.cause_name as main_cause,
        first_causes.excess_amount as main_cause_amount,
        second_causes.cause_name as second_cause,
        second_causes.excess_amount as second_cause_amount,
        row_number() over (
            partition by losers.currency_code
            order by losers.profit_amount, losers.customer_id
        ) as rank_number,
        sum(losers.profit_amount) over (partition by losers.currency_code) as all_losses_amount
    from losers
    left join causes as first_causes
        on losers.customer_id = first_causes.customer_id
        and (losers.currency_code is not distinct from first_causes.currency_code)
        and first_causes.cause_rank = 1
    left join causes as second_causes
        on losers.customer_id = second_causes.customer_id
        and (losers.currency_code is not distinct from second_causes.currency_code)
        and second_causes.cause_rank = 2
    where losers.profit_amount <= - $loss
)

select
    'customer' as row_kind,
    ranked.rank_number,
    ranked.customer_id,
    names.customer_name,
    cast(null as bigint) as customer_count,
    ranked.currency_code,
    ranked.main_cause,
    ranked.main_cause_amount,
    ranked.second_cause,
    ranked.second_cause_amount,
    ranked.net_revenue_amount,
    ranked.gross_margin_amount,
    ranked.goods_amount as goods_cost_amount,
    ranked.returns_amount as return_amount,
    ranked.service_amount,
    ranked.small_orders_amount,
    ranked.visits_amount,
    ranked.stock_held_amount,
    ranked.profit_amount,
    cast(
        round(cast(ranked.profit_amount as decimal(38, 10)) / ranked.all_losses_amount, 6)
        as decimal(18, 6)
    ) as loss_ratio
from ranked
join marts.dim_customers as names
    on ranked.customer_id = names.customer_id
    and names.is_current
where ranked.rank_number <= $limit
union all
select
    'total' as row_kind,
    null as rank_number,
    null as customer_id,
    null as customer_name,
    count(*) as customer_count,
    currency_code,
    null as main_cause,
    null as main_cause_amount,
    null as second_cause,
    null as second_cause_amount,
    sum(net_revenue_amount) as net_revenue_amount,
    sum(gross_margin_amount) as gross_margin_amount,
    sum(goods_amount) as goods_cost_amount,
    sum(returns_amount) as return_amount,
    sum(service_amount) as service_amount,
    sum(small_orders_amount) as small_orders_amount,
    sum(visits_amount) as visits_amount,
    sum(stock_held_amount) as stock_held_amount,
    sum(profit_amount) as profit_amount,
    cast(
        round(cast(sum(profit_amount) as decimal(38, 10)) / max(all_losses_amount), 6)
        as decimal(18, 6)
    ) as loss_ratio
from ranked
group by currency_code
order by currency_code, row_kind = 'total', rank_number
