/*---
description = """What do customers and groups of customers earn, and why? The statement from \
gross revenue to profit, one row a group: gross revenue less discounts and returns is net \
revenue, less cost of goods gross margin, less selling, marketing, service, delivery and stock \
holding contribution, less overhead profit. Rows of nobody's amounts and of unused capacity make \
the total that of the ledger, what is out of scope left out; imputed cost stands below, its \
contra row takes it off the total again. Ratios are recomputed for every row."""
label       = { en = "Profitability of customers", "zh-CN" = "客户盈利能力" }
grain       = ["currency_code", "row_kind", "group_id"]

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

[parameters.group_by]
type = "choice"
default = "customer"
allowed = [
    "customer", "region", "industry", "type", "size", "owner", "unit", "category", "entity",
]
description = "What one row is about."

[parameters.attributes]
type = "choice"
default = "as_was"
allowed = ["as_was", "as_is"]
description = "Attributes of customers as they were in the period, or as they are now."

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

[parameters.category]
type = "text"
optional = true
from = "marts.dim_products.product_category"
description = "Only this category of products."

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
row_kind = "group, others (those beyond the limit), unassigned, unused_capacity, contra or total."
rank_number = "Place, from 1."
group_id = "What the row is about, by the parameter `group_by`."
group_name = "Name, where the groups are customers."
currency_code = "ISO 4217 code of the row's amounts."
customer_count = "How many customers the row is about; recomputed for totals."
gross_revenue_amount = "At list price."
discount_amount = "Discounts and rebates, negative."
return_amount = "What credit notes took back, negative."
net_revenue_amount = "Gross revenue less discounts and returns."
goods_cost_amount = "Cost of the goods sold, negative."
gross_margin_amount = "Net revenue less cost of goods."
selling_amount = "Selling cost, negative."
marketing_amount = "Marketing cost, negative."
service_amount = "Service cost, negative."
delivery_amount = "Delivery cost, negative."
stock_holding_amount = "What the ledger holds for keeping stock, negative."
contribution_amount = "Gross margin less the five costs of serving customers."
overhead_amount = "Allocated overhead, negative."
unmapped_amount = "Amounts of accounts that no line of the statement is mapped to."
profit_amount = "Contribution less overhead, and what is not mapped."
imputed_cost_amount = "Interest on receivables and stock that no ledger holds, negative."
economic_profit_amount = "Profit less imputed cost."
gross_margin_ratio = "Gross margin over net revenue."
contribution_ratio = "Contribution over net revenue."
profit_ratio = "Profit over net revenue."
base_net_revenue_amount = "Net revenue of the span compared with; null where it has none."
net_revenue_change_amount = "Net revenue less that of the span compared with."
base_profit_amount = "Profit of the span compared with; null where it has none."
profit_change_amount = "Profit less that of the span compared with."
unpriced_count = """Entries, plans or positions without a rate to the reporting currency: \
counted, never taken as 0."""

[labels.en]
row_kind = "Kind of row"
rank_number = "Rank"
group_id = "Group"
group_name = "Name"
currency_code = "Currency"
customer_count = "Customers"
gross_revenue_amount = "Gross revenue"
discount_amount = "Discounts"
return_amount = "Returns"
net_revenue_amount = "Net revenue"
goods_cost_amount = "Cost of goods"
gross_margin_amount = "Gross margin"
selling_amount = "Selling"
marketing_amount = "Marketing"
service_amount = "Service"
delivery_amount = "Delivery"
stock_holding_amount = "Stock holding"
contribution_amount = "Contribution"
overhead_amount = "Overhead"
unmapped_amount = "Not mapped"
profit_amount = "Profit"
imputed_cost_amount = "Imputed cost"
economic_profit_amount = "Economic profit"
gross_margin_ratio = "Gross margin ratio"
contribution_ratio = "Contribution ratio"
profit_ratio = "Profit ratio"
base_net_revenue_amount = "Net revenue before"
net_revenue_change_amount = "Change of net revenue"
base_profit_amount = "Profit before"
profit_change_amount = "Change of profit"
unpriced_count = "Without rate"

[labels."zh-CN"]
row_kind = "行类型"
rank_number = "名次"
group_id = "组"
group_name = "名称"
currency_code = "币种"
customer_count = "客户数"
gross_revenue_amount = "总收入"
discount_amount = "折扣"
return_amount = "退货"
net_revenue_amount = "净收入"
goods_cost_amount = "销售成本"
gross_margin_amount = "毛利"
selling_amount = "销售费用"
marketing_amount = "市场费用"
service_amount = "服务费用"
delivery_amount = "配送费用"
stock_holding_amount = "仓储费用"
contribution_amount = "客户贡献"
overhead_amount = "管理费用分摊"
unmapped_amount = "未归类"
profit_amount = "利润"
imputed_cost_amount = "资金占用成本"
economic_profit_amount = "经济利润"
gross_margin_ratio = "毛利率"
contribution_ratio = "贡献率"
profit_ratio = "利润率"
base_net_revenue_amount = "对比期净收入"
net_revenue_change_amount = "净收入变动"
base_profit_amount = "对比期利润"
profit_change_amount = "利润变动"
unpriced_count = "缺汇率笔数"

[values]
row_kind = ["group", "others", "unassigned", "unused_capacity", "contra", "total"]

[units]
gross_revenue_amount = "currency_code"
discount_amount = "currency_code"
return_amount = "currency_code"
net_revenue_amount = "currency_code"
goods_cost_amount = "currency_code"
gross_margin_amount = "currency_code"
selling_amount = "currency_code"
marketing_amount = "currency_code"
service_amount = "currency_code"
delivery_amount = "currency_code"
stock_holding_amount = "currency_code"
contribution_amount = "currency_code"
overhead_amount = "currency_code"
unmapped_amount = "currency_code"
profit_amount = "currency_code"
imputed_cost_amount = "currency_code"
economic_profit_amount = "currency_code"
gross_margin_ratio = "ratio"
contribution_ratio = "ratio"
profit_ratio = "ratio"
base_net_revenue_amount = "currency_code"
net_revenue_change_amount = "currency_code"
base_profit_amount = "currency_code"
profit_change_amount = "currency_code"
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

-- Attributes are those of the version of the customer that was valid in the period, or today's.
customers as (
    select
        versions.customer_id,
        versions.version_number,
        current_versions.customer_name,
        case $attributes when 'as_is' then versions.region_now else versions.region end as region,
        case $attributes when 'as_is' then versions.industry_now else versions.industry end
            as industry,
        case $attributes when 'as_is' then versions.customer_type_now else versions.customer_type
        end as customer_type,
        case $attributes when 'as_is' then versions.company_size_now else versions.company_size
        end as company_size,
        case $attributes when 'as_is' then versions.owner_id_now else versions.owner_id end
            as owner_id,
        case $attributes
            when 'as_is' then versions.business_unit_id_now else versions.business_unit_id
        end as business_unit_id
    from marts.dim_customers as versions
    join marts.dim_customers as current_versions
        on versions.customer_id = current_versions.customer_id
        and current_versions.is_current
),

-- Imputed cost stands below the ledger's; its contra line keeps the company's total as it was.
amounts as (
    select
        period_id,
        entity_id,
        customer_id,
        customer_version_number,
        product_category,
        bucket,
        profit_line,
        functional_currency_code,
        reporting_currency_code,
        functional_amount,
        reporting_amount,
        entry_count
    from marts.fct_profit_lines
    where bucket <> 'out_of_scope'
    union all
    select
        imputed.period_id,
        imputed.entity_id,
        imputed.customer_id,
        versions.version_number as customer_version_number,
        'unassigned' as product_category,
        case
            when imputed.customer_id in ('contra', 'unassigned') then imputed.customer_id
            else 'customer'
        end as bucket,
        'imputed_cost' as profit_line,
        imputed.functional_currency_code,
        imputed.reporting_currency_code,
        imputed.functional_amount,
        imputed.reporting_amount,
        0 as entry_count
    from marts.fct_imputed_costs as imputed
    left join marts.dim_customers as versions
        on imputed.customer_id = versions.customer_id
        and (versions.valid_from_on is null or versions.valid_from_on <= imputed.ends_on)
        and (versions.valid_to_on is null or versions.valid_to_on > imputed.ends_on)
),

chosen as (
    select
        spans.span_kind,
        amounts.customer_id,
        amounts.bucket,
        amounts.profit_line,
        case $currency
            when 'functional' then amounts.functional_currency_code
            else amounts.reporting_currency_code
        end as currency_code,
        case $group_by
            when 'customer' then amounts.customer_id
            when 'region' then customers.region
            when 'industry' then customers.industry
            when 'type' then customers.customer_type
            when 'size' then customers.company_size
            when 'owner' then customers.owner_id
            when 'unit' then customers.business_unit_id
            when 'category' then amounts.product_category
            else amounts.entity_id
        end as group_id,
        case when $group_by = 'customer' then customers.customer_name end as group_name,
        case $currency
            when 'functional' then amounts.functional_amount
            else amounts.reporting_amount
        end as amount,
        case
            when amounts.reporting_amount is null then coalesce(amounts.entry_count, 1)
            else 0
        end as unpriced_count
    from amounts
    join spans
        on amounts.period_id = spans.period_id
    left join customers
        on amounts.customer_id = customers.customer_id
        and amounts.customer_version_number = customers.version_number
    where ($entity is null or amounts.entity_id = $entity)
        and ($unit is null or customers.business_unit_id = $unit)
        and ($region is null or customers.region = $region)
        and ($industry is null or customers.industry = $industry)
        and ($type is null or customers.customer_type = $type)
        and ($size is null or customers.company_size = $size)
        and ($owner is null or customers.owner_id = $owner)
        and ($category is null or amounts.product_category = $category)
),

members as (
    select
        case bucket when 'customer' then 'group' else bucket end as row_kind,
        case bucket when 'customer' then coalesce(group_id, 'unknown') else bucket end as group_id,
        case bucket when 'customer' then group_name end as group_name,
        customer_id,
        currency_code,
        sum(amount) filter (where span_kind = 'actual' and profit_line = 'gross_revenue')
            as gross_revenue_amount,
        sum(amount) filter (where span_kind = 'actual' and profit_line = 'discounts')
            as discount_amount,
        sum(amount) filter (where span_kind = 'actual' and profit_line = 'returns')
            as return_amount,
        sum(amount) filter (where span_kind = 'actual' and profit_line = 'cost_of_goods')
            as goods_cost_amount,
        sum(amount) filter (where span_kind = 'actual' and profit_line = 'selling')
            as selling_amount,
        sum(amount) filter (where span_kind = 'actual' and profit_line = 'marketing')
            as marketing_amount,
        sum(amount) filter (where span_kind = 'actual' and profit_line = 'service')
            as service_amount,
        sum(amount) filter (where span_kind = 'actual' and profit_line = 'delivery')
            as delivery_amount,
        sum(amount) filter (where span_kind = 'actual' and profit_line = 'stock_holding')
            as stock_holding_amount,
        sum(amount) filter (where span_kind = 'actual' and profit_line = 'overhead')
            as overhead_amount,
        sum(amount) filter (where span_kind = 'actual' and profit_line = 'unmapped')
            as unmapped_amount,
        sum(amount) filter (where span_kind = 'actual' and profit_line = 'imputed_cost')
            as imputed_cost_amount,
        sum(amount) filter (where span_kind = 'actual' and profit_line <> 'imputed_cost')
            as profit_amount,
        sum(amount) filter (
            where span_kind = 'base' and profit_line in ('gross_revenue', 'discounts', 'returns')
        ) as base_net_revenue_amount,
        sum(amount) filter (where span_kind = 'base' and profit_line <> 'imputed_cost')
            as base_profit_amount,
        sum(unpriced_count) filter (where span_kind = 'actual') as unpriced_count,
        count(*) filter (where span_kind = 'actual') as actual_count
    from chosen
    group by 1, 2, 3, 4, 5
),

-- Places of groups by profit; a group has one place, whoever is in it.
profited as (
    select
        members.*,
        coalesce(
            sum(profit_amount) over (partition by currency_code, row_kind, group_id), 0
        ) as group_profit_amount
    from members
),

ranked as (
    select
        profited.*,
        dense_rank() over (
            partition by currency_code, row_kind
            order by group_profit_amount desc, group_id
        ) as rank_number
    from profited
),

-- What lies beyond the limit is one row, so that the rows add up to the total.
placed as (
    select
        ranked.*,
        case
            when row_kind = 'group' and rank_number > $limit then 'others'
            else row_kind
        end as shown_kind,
        case
            when row_kind = 'group' and rank_number > $limit then 'others'
            else group_id
        end as shown_id,
        case when row_kind = 'group' and rank_number <= $limit then rank_number end
            as shown_number
    from ranked
),

-- A customer of two groups is counted in both, and once in the total.
counted as (
    select
        placed.*,
        row_kind = 'group' and actual_count > 0 and row_number() over (
            partition by currency_code, shown_kind, shown_id, customer_id
            order by actual_count > 0 desc, group_id
        ) = 1 as is_counted,
        row_kind = 'group' and actual_count > 0 and row_number() over (
            partition by currency_code, row_kind, customer_id
            order by actual_count > 0 desc, group_id
        ) = 1 as is_counted_in_total
    from placed
),

summed as (
    select
        case when grouping(shown_kind) = 1 then 'total' else shown_kind end as row_kind,
        case when grouping(shown_kind) = 1 then 'total' else shown_id end as group_id,
        case when grouping(shown_kind) = 0 and shown_kind = 'group' then max(group_name) end
            as group_name,
        currency_code,
        case when grouping(shown_kind) = 0 then max(shown_number) end as rank_number,
        case
            when grouping(shown_kind) = 1 then count(*) filter (where is_counted_in_total)
            when shown_kind in ('group', 'others') then count(*) filter (where is_counted)
        end as customer_count,
        coalesce(sum(gross_revenue_amount), 0) as gross_revenue_amount,
        coalesce(sum(discount_amount), 0) as discount_amount,
        coalesce(sum(return_amount), 0) as return_amount,
        coalesce(sum(goods_cost_amount), 0) as goods_cost_amount,
        coalesce(sum(selling_amount), 0) as selling_amount,
        coalesce(sum(marketing_amount), 0) as marketing_amount,
        coalesce(sum(service_amount), 0) as service_amount,
        coalesce(sum(delivery_amount), 0) as delivery_amount,
        coalesce(sum(stock_holding_amount), 0) as stock_holding_amount,
        coalesce(sum(overhead_amount), 0) as overhead_amount,
        coalesce(sum(unmapped_amount), 0) as unmapped_amount,
        coalesce(sum(imputed_cost_amount), 0) as imputed_cost_amount,
        coalesce(sum(profit_amount), 0) as profit_amount,
        sum(base_net_revenue_amount) as base_net_revenue_amount,
        sum(base_profit_amount) as base_profit_amount,
        coalesce(sum(unpriced_count), 0) as unpriced_count
    from counted
    group by grouping sets ((shown_kind, shown_id, currency_code), (currency_code))
),

has_base as (
    select count(*) > 0 as is_compared from spans where span_kind = 'base'
),

stated as (
    select
        summed.*,
        case when has_base.is_compared then coalesce(summed.base_net_revenue_amount, 0) end
            as compared_net_revenue_amount,
        case when has_base.is_compared then coalesce(summed.base_profit_amount, 0) end
            as compared_profit_amount,
        gross_revenue_amount + discount_amount + return_amount as net_revenue_amount,
        gross_revenue_amount + discount_amount + return_amount + goods_cost_amount
            as gross_margin_amount,
        profit_amount - overhead_amount - unmapped_amount as contribution_amount
    from summed
    cross join has_base
)

select
    stated.row_kind,
    stated.rank_number,
    stated.group_id,
    stated.group_name,
    stated.currency_code,
    stated.customer_count,
    cast(stated.gross_revenue_amount as decimal(18, 4)) as gross_revenue_amount,
    cast(stated.discount_amount as decimal(18, 4)) as discount_amount,
    cast(stated.return_amount as decimal(18, 4)) as return_amount,
    cast(stated.net_revenue_amount as decimal(18, 4)) as net_revenue_amount,
    cast(stated.goods_cost_amount as decimal(18, 4)) as goods_cost_amount,
    cast(stated.gross_margin_amount as decimal(18, 4)) as gross_margin_amount,
    cast(stated.selling_amount as decimal(18, 4)) as selling_amount,
    cast(stated.marketing_amount as decimal(18, 4)) as marketing_amount,
    cast(stated.service_amount as decimal(18, 4)) as service_amount,
    cast(stated.delivery_amount as decimal(18, 4)) as delivery_amount,
    cast(stated.stock_holding_amount as decimal(18, 4)) as stock_holding_amount,
    cast(stated.contribution_amount as decimal(18, 4)) as contribution_amount,
    cast(stated.overhead_amount as decimal(18, 4)) as overhead_amount,
    cast(stated.unmapped_amount as decimal(18, 4)) as unmapped_amount,
    cast(stated.profit_amount as decimal(18, 4)) as profit_amount,
    cast(stated.imputed_cost_amount as decimal(18, 4)) as imputed_cost_amount,
    cast(stated.profit_amount + stated.imputed_cost_amount as decimal(18, 4))
        as economic_profit_amount,
    cast(
        round(
            cast(stated.gross_margin_amount as decimal(38, 10))
            / nullif(stated.net_revenue_amount, 0),
            6
        ) as decimal(18, 6)
    ) as gross_margin_ratio,
    cast(
        round(
            cast(stated.contribution_amount as decimal(38, 10))
            / nullif(stated.net_revenue_amount, 0),
            6
        ) as decimal(18, 6)
    ) as contribution_ratio,
    cast(
        round(
            cast(stated.profit_amount as decimal(38, 10)) / nullif(stated.net_revenue_amount, 0), 6
        ) as decimal(18, 6)
    ) as profit_ratio,
    cast(stated.compared_net_revenue_amount as decimal(18, 4)) as base_net_revenue_amount,
    cast(stated.net_revenue_amount - stated.compared_net_revenue_amount as decimal(18, 4))
        as net_revenue_change_amount,
    cast(stated.compared_profit_amount as decimal(18, 4)) as base_profit_amount,
    cast(stated.profit_amount - stated.compared_profit_amount as decimal(18, 4))
        as profit_change_amount,
    stated.unpriced_count
from stated
order by
    stated.currency_code,
    case stated.row_kind
        when 'group' then 1
        when 'others' then 2
        when 'unassigned' then 3
        when 'unused_capacity' then 4
        when 'contra' then 5
        else 6
    end,
    stated.rank_number,
    stated.group_id
