/*---
description = """Profit statement of each customer, one row a period, entity, customer and product \
category, in the reporting currency; revenue is positive, cost negative, so that every line below \
is the sum of those above it."""
grain       = ["period_id", "entity_id", "customer_id", "product_category"]
month       = "ends_on"

[columns]
bucket = """Who carries the amounts: customer, unassigned (nobody is known to), unused_capacity; \
contra turns round the imputed cost of all, so that economic profit sums to the ledger's."""
business_unit_id = "Unit that keeps the customer on the last day of the period."
customer_id = "Customer, or the name of the bucket where it is none."
customer_version_number = "Version of the customer that is valid on the last day of the period."
product_category = "Category of what was sold; 'unassigned' where none is known."
functional_currency_code = "ISO 4217 code of the entity's books; amounts here are not in it."
reporting_currency_code = "ISO 4217 code of the amounts."
gross_revenue_amount = "Sales at list prices, and work, contracts, parts and freight billed."
discount_amount = "Discounts and rebates."
return_amount = "What was paid back for goods sent back."
net_revenue_amount = "Gross revenue, discounts and returns."
goods_cost_amount = "Cost of goods sold and parts used."
gross_margin_amount = "Net revenue and cost of goods."
selling_amount = "Cost of selling, ordering and billing."
marketing_amount = "Cost of marketing."
service_amount = "Cost of service."
delivery_amount = "Cost of delivery."
stock_holding_amount = "Cost of keeping goods in stock."
contribution_amount = "Gross margin and the cost of serving the customer: its contribution."
overhead_amount = "General cost that rules spread."
unmapped_amount = """Amounts whose account no range of inputs.account_map covers, or whose line is \
none of the statement's."""
profit_amount = "Contribution, overhead and what is not mapped: profit as the ledger has it."
imputed_cost_amount = "Interest on receivables and stock, which no ledger holds."
economic_profit_amount = "Profit and imputed cost."
starts_on = "First day of the period."
ends_on = "Last day of the period."

[checks]
not_null = ["profit_amount", "economic_profit_amount"]

[checks.accepted]
bucket = ["customer", "unassigned", "unused_capacity", "contra"]

[[checks.relationships]]
columns = ["period_id"]
to = "marts.dim_periods"
key = ["period_id"]

[[checks.relationships]]
columns = ["entity_id"]
to = "marts.dim_entities"
key = ["entity_id"]
---*/

with amounts as (
    select
        period_id,
        entity_id,
        customer_id,
        product_category,
        profit_line,
        reporting_amount
    from marts.fct_profit_lines
    where bucket <> 'out_of_scope'
    union all
    select
        period_id,
        entity_id,
        customer_id,
        'unassigned' as product_category,
        'imputed' as profit_line,
        reporting_amount
    from marts.fct_imputed_costs
),

lines as (
    select
        period_id,
        entity_id,
        customer_id,
        product_category,
        sum(case when profit_line = 'gross_revenue' then reporting_amount else 0 end)
            as gross_revenue,
        sum(case when profit_line = 'discounts' then reporting_amount else 0 end) as discounts,
        sum(case when profit_line = 'returns' then reporting_amount else 0 end) as returned,
        sum(case when profit_line = 'cost_of_goods' then reporting_amount else 0 end)
            as cost_of_goods,
        sum(case when profit_line = 'selling' then reporting_amount else 0 end) as selling,
        sum(case when profit_line = 'marketing' then reporting_amount else 0 end) as marketing,
        sum(case when profit_line = 'service' then reporting_amount else 0 end) as service,
        sum(case when profit_line = 'delivery' then reporting_amount else 0 end) as delivery,
        sum(case when profit_line = 'stock_holding' then reporting_amount else 0 end)
            as stock_holding,
        sum(case when profit_line = 'overhead' then reporting_amount else 0 end) as overhead,
        sum(case when profit_line = 'imputed' then reporting_amount else 0 end) as imputed,
        coalesce(sum(reporting_amount), 0) as everything
    from amounts
    group by period_id, entity_id, customer_id, product_category
),

-- Amounts without a rate are in no sum; a line of nothing else is 0.
known_lines as (
    select
        period_id,
        entity_id,
        customer_id,
        product_category,
        cast(coalesce(gross_revenue, 0) as decimal(18, 4)) as gross_revenue_amount,
        cast(coalesce(discounts, 0) as decimal(18, 4)) as discount_amount,
        cast(coalesce(returned, 0) as decimal(18, 4)) as return_amount,
        cast(coalesce(cost_of_goods, 0) as decimal(18, 4)) as goods_cost_amount,
        cast(coalesce(selling, 0) as decimal(18, 4)) as selling_amount,
        cast(coalesce(marketing, 0) as decimal(18, 4)) as marketing_amount,
        cast(coalesce(service, 0) as decimal(18, 4)) as service_amount,
        cast(coalesce(delivery, 0) as decimal(18, 4)) as delivery_amount,
        cast(coalesce(stock_holding, 0) as decimal(18, 4)) as stock_holding_amount,
        cast(coalesce(overhead, 0) as decimal(18, 4)) as overhead_amount,
        cast(coalesce(imputed, 0) as decimal(18, 4)) as imputed_cost_amount,
        cast(everything - coalesce(imputed, 0) as decimal(18, 4)) as profit_amount,
        cast(everything as decimal(18, 4)) as economic_profit_amount
    from lines
),

totalled_lines as (
    select
        known_lines.*,
        cast(gross_revenue_amount + discount_amount + return_amount as decimal(18, 4))
            as net_revenue_amount,
        cast(
            selling_amount + marketing_amount + service_amount + delivery_amount
            + stock_holding_amount as decimal(18, 4)
        ) as serving_amount
    from known_lines
),

margins as (
    select
        totalled_lines.*,
        cast(net_revenue_amount + goods_cost_amount as decimal(18, 4)) as gross_margin_amount,
        cast(net_revenue_amount + goods_cost_amount + serving_amount as decimal(18, 4))
            as contribution_amount
    from totalled_lines
)

select
    margins.period_id,
    margins.entity_id,
    case
        when margins.customer_id in ('unassigned', 'unused_capacity', 'contra')
            then margins.customer_id
        else 'customer'
    end as bucket,
    customers.business_unit_id,
    margins.customer_id,
    customers.version_number as customer_version_number,
    margins.product_category,
    entities.functional_currency_code,
    project.reporting_currency_code,
    margins.gross_revenue_amount,
    margins.discount_amount,
    margins.return_amount,
    margins.net_revenue_amount,
    margins.goods_cost_amount,
    margins.gross_margin_amount,
    margins.selling_amount,
    margins.marketing_amount,
    margins.service_amount,
    margins.delivery_amount,
    margins.stock_holding_amount,
    margins.contribution_amount,
    margins.overhead_amount,
    cast(
        margins.profit_amount - margins.contribution_amount - margins.overhead_amount
        as decimal(18, 4)
    ) as unmapped_amount,
    margins.profit_amount,
    margins.imputed_cost_amount,
    margins.economic_profit_amount,
    periods.starts_on,
    periods.ends_on
from margins
cross join patron.project as project
left join marts.dim_entities as entities
    on entities.entity_id = margins.entity_id
left join marts.dim_periods as periods
    on periods.period_id = margins.period_id
left join marts.dim_customers as customers
    on customers.customer_id = margins.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= periods.ends_on)
    and (customers.valid_to_on is null or periods.ends_on < customers.valid_to_on)
