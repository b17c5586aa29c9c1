/*---
description = """What does serving a new customer cost against keeping one? Selling, marketing, \
service, delivery and stock holding of customers that are new at the end of a period, first \
purchase no more than so many days before, beside those who buy again and those who never bought; \
sums, means with their number, and cost per unit of net revenue."""
label       = { en = "Cost to serve new and repeat customers", "zh-CN" = "新老客户服务成本" }
grain       = ["currency_code", "row_kind"]

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

[parameters.new_days]
type = "integer"
least = 0
default = 90
description = "Days after the first purchase in which a customer is new."

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

[columns]
row_kind = "new, repeat, no_purchase or total."
currency_code = "ISO 4217 code of the row's amounts."
customer_count = "How many customers the row is about; recomputed for totals."
net_revenue_amount = "Gross revenue less discounts and returns."
gross_margin_amount = "Net revenue less cost of goods."
selling_amount = "Selling cost, negative."
marketing_amount = "Marketing cost, negative."
service_amount = "Service cost, negative."
delivery_amount = "Delivery cost, negative."
stock_holding_amount = "What the ledger holds for keeping stock, negative."
serving_amount = "The five costs of serving customers, negative."
contribution_amount = "Gross margin less the five costs of serving customers."
serving_mean_amount = "Cost to serve over customers; their number tells how far to trust it."
serving_ratio = "Cost to serve over net revenue, positive."

[labels.en]
row_kind = "Kind of row"
currency_code = "Currency"
customer_count = "Customers"
net_revenue_amount = "Net revenue"
gross_margin_amount = "Gross margin"
selling_amount = "Selling"
marketing_amount = "Marketing"
service_amount = "Service"
delivery_amount = "Delivery"
stock_holding_amount = "Stock holding"
serving_amount = "Cost to serve"
contribution_amount = "Contribution"
serving_mean_amount = "Cost to serve each"
serving_ratio = "Cost to serve ratio"

[labels."zh-CN"]
row_kind = "行类型"
currency_code = "币种"
customer_count = "客户数"
net_revenue_amount = "净收入"
gross_margin_amount = "毛利"
selling_amount = "销售费用"
marketing_amount = "市场费用"
service_amount = "服务费用"
delivery_amount = "配送费用"
stock_holding_amount = "仓储费用"
serving_amount = "服务客户成本"
contribution_amount = "客户贡献"
serving_mean_amount = "户均服务成本"
serving_ratio = "服务成本率"

[values]
row_kind = ["new", "repeat", "no_purchase", "total"]

[units]
net_revenue_amount = "currency_code"
gross_margin_amount = "currency_code"
selling_amount = "currency_code"
marketing_amount = "currency_code"
service_amount = "currency_code"
delivery_amount = "currency_code"
stock_holding_amount = "currency_code"
serving_amount = "currency_code"
contribution_amount = "currency_code"
serving_mean_amount = "currency_code"
serving_ratio = "ratio"
---*/

with named as (
    select
        max(sequence_number) filter (where period_id = coalesce($from_period, $period))
            as first_number,
        max(sequence_number) filter (where period_id = $period) as last_number
    from marts.dim_periods
),

spanned as (
    select
        periods.period_id,
        periods.ends_on
    from marts.dim_periods as periods
    join named
        on periods.sequence_number between named.first_number and named.last_number
),

-- Work and parts are billed without an order.
purchases as (
    select
        customer_id,
        min(bought_on) as first_bought_on
    from (
        select
            customer_id,
            min(ordered_on) as bought_on
        from marts.fct_order_lines
        where is_counted
        group by 1
        union all
        select
            customer_id,
            min(invoiced_on) as bought_on
        from marts.fct_invoice_lines
        where invoice_kind = 'invoice'
        group by 1
    )
    group by 1
),

-- Down to the contribution; what stands below it serves no customer.
amounts as (
    select
        spanned.ends_on,
        lines.customer_id,
        lines.customer_version_number,
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
    where lines.bucket = 'customer'
        and ($entity is null or lines.entity_id = $entity)
        and lines.profit_line in (
            'gross_revenue', 'discounts', 'returns', 'cost_of_goods', 'selling', 'marketing',
            'service', 'delivery', 'stock_holding'
        )
),

-- A customer is new until so many days after its first purchase, seen from each period's end.
chosen as (
    select
        amounts.customer_id,
        case
            when purchases.first_bought_on is null
                or purchases.first_bought_on > amounts.ends_on then 'no_purchase'
            when purchases.first_bought_on > amounts.ends_on - $new_days then 'new'
            else 'repeat'
        end as customer_kind,
        amounts.currency_code,
        amounts.profit_line,
        amounts.is_revenue,
        amounts.amount
    from amounts
    left join purchases
        on amounts.customer_id = purchases.customer_id
    left join marts.dim_customers as customers
        on amounts.customer_id = customers.customer_id
        and amounts.customer_version_number = customers.version_number
    where ($unit is null or customers.business_unit_id = $unit)
        and ($region is null or customers.region = $region)
        and ($industry is null or customers.industry = $industry)
        and ($type is null or customers.customer_type = $type)
        and ($size is null or customers.company_size = $size)
        and ($owner is null or customers.owner_id = $owner)
),

members as (
    select
        customer_kind,
        customer_id,
        currency_code,
        sum(case when is_revenue then amount else 0 end) as net_revenue_amount,
        sum(case when is_revenue or profit_line = 'cost_of_goods' then amount else 0 end)
            as gross_margin_amount,
        sum(case when profit_line = 'selling' then amount else 0 end) as selling_amount,
        sum(case when profit_line = 'marketing' then amount else 0 end) as marketing_amount,
        sum(case when profit_line = 'service' then amount else 0 end) as service_amount,
        sum(case when profit_line = 'delivery' then amount else 0 end) as delivery_amount,
        sum(case when profit_line = 'stock_holding' then amount else 0 end)
            as stock_holding_amount,
        sum(amount) as contribution_amount
    from chosen
    group by 1, 2, 3
    -- Amounts that cancel each other served the customer all the same.
    having sum(abs(amount)) <> 0
),

-- Who was new and then was not is counted in both, and once in the total.
whole as (
    select currency_code, count(*) as customer_count
    from (select distinct currency_code, customer_id from members)
    group by 1
),

summed as (
    select
        case when grouping(customer_kind) = 1 then 'total' else customer_kind end as row_kind,
        members.currency_code,
        case
            when grouping(customer_kind) = 1 then max(whole.customer_count) else count(*)
        end as customer_count,
        sum(net_revenue_amount) as net_revenue_amount,
        sum(gross_margin_amount) as gross_margin_amount,
        sum(selling_amount) as selling_amount,
        sum(marketing_amount) as marketing_amount,
        sum(service_amount) as service_amount,
        sum(delivery_amount) as delivery_amount,
        sum(stock_holding_amount) as stock_holding_amount,
        sum(selling_amount + marketing_amount + service_amount + delivery_amount
            + stock_holding_amount) as serving_amount,
        sum(contribution_amount) as contribution_amount
    from members
    join whole
        on members.currency_code = whole.currency_code
    group by grouping sets ((members.currency_code, customer_kind), (members.currency_code))
)

select
    row_kind,
    currency_code,
    customer_count,
    cast(net_revenue_amount as decimal(18, 4)) as net_revenue_amount,
    cast(gross_margin_amount as decimal(18, 4)) as gross_margin_amount,
    cast(selling_amount as decimal(18, 4)) as selling_amount,
    cast(marketing_amount as decimal(18, 4)) as marketing_amount,
    cast(service_amount as decimal(18, 4)) as service_amount,
    cast(delivery_amount as decimal(18, 4)) as delivery_amount,
    cast(stock_holding_amount as decimal(18, 4)) as stock_holding_amount,
    cast(serving_amount as decimal(18, 4)) as serving_amount,
    cast(contribution_amount as decimal(18, 4)) as contribution_amount,
    cast(
        round(cast(serving_amount as decimal(38, 10)) / nullif(customer_count, 0), 4)
        as decimal(18, 4)
    ) as serving_mean_amount,
    cast(
        round(- cast(serving_amount as decimal(38, 10)) / nullif(net_revenue_amount, 0), 6)
        as decimal(18, 6)
    ) as serving_ratio
from summed
order by
    currency_code,
    case row_kind when 'new' then 1 when 'repeat' then 2 when 'no_purchase' then 3 else 4 end
