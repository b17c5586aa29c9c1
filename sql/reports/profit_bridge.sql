/*---
description = """Why did profit change? From the profit of one span to that of another, in steps \
that add up exactly. Of goods and parts sold to a customer in both spans, with price P, cost C \
and quantity Q of each cell: price = (Pa - Pb) x Qa; cost = (Cb - Ca) x Qa; volume = (Qa - Qb) x \
margin of before = mix + quantity, mix = (Qa - the customer's whole quantity x the cell's share \
of before) x margin of before. New and lost customers, cells that a customer buys anew or no more, \
and what was only given back have their own steps; so have the other lines of invoices, cost of \
goods that the ledger books in another span than they are billed in, and differences between \
ledger and documents. What is left of the margin is other_margin; then comes each cost line. \
Prices are in the reporting currency, so rates of exchange move them too."""
label       = { en = "Bridge of profit", "zh-CN" = "利润变动桥" }
grain       = ["step_number"]

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
allowed = ["previous_period", "same_period_year_before"]
description = """What the span is compared with: as many periods before it, or those of a year \
before."""

[parameters.grain]
type = "choice"
default = "category"
allowed = ["category", "product"]
description = "What a cell is within a customer: mix is the change between cells."

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

[parameters.customer]
type = "text"
optional = true
from = "marts.dim_customers.customer_id"
description = "Only this customer."

[columns]
step_number = "Place of the step."
row_kind = "base, step or actual."
step_name = """What changed profit. goods_not_invoiced: cost of goods delivered in another span \
than they are billed in; other_margin: entries that name a customer without a document, goods \
whose cost is not known, and documents that the ledger books in another span."""
amount = "Profit, or what the step adds to it."
running_amount = "Profit of the base and all steps up to this one."
cell_count = "How many cells of customer and category or product the step is made of."

[labels.en]
step_number = "Step"
row_kind = "Kind of row"
step_name = "Item"
amount = "Amount"
running_amount = "Profit up to here"
cell_count = "Cells"

[labels."zh-CN"]
step_number = "步骤"
row_kind = "行类型"
step_name = "项目"
amount = "金额"
running_amount = "累计"
cell_count = "单元数"

[values]
row_kind = ["base", "step", "actual"]
step_name = [
    "base_profit", "price", "mix", "quantity", "cost", "new_customers", "lost_customers",
    "new_products", "discontinued_products", "services", "contracts", "freight", "rebates",
    "returns", "goods_not_invoiced", "ledger_differences", "other_margin", "selling", "marketing",
    "service", "delivery", "stock_holding", "overhead", "unmapped", "actual_profit",
]

[units]
amount = "reporting_currency"
running_amount = "reporting_currency"
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

-- A cell is a category, or a product, within a customer; of it the price, cost and quantity are
-- averages of all its lines. Lines without quantity or without a known cost are no cell's.
cells as (
    select
        margins.customer_id,
        case $grain when 'product' then margins.product_id else margins.product_category end
            as mix_id,
        coalesce(
            sum(margins.invoiced_quantity) filter (where spans.span_kind = 'base'), 0
        ) as base_quantity,
        coalesce(
            sum(margins.net_reporting_amount) filter (where spans.span_kind = 'base'), 0
        ) as base_revenue_amount,
        coalesce(
            - sum(margins.cost_reporting_amount) filter (where spans.span_kind = 'base'), 0
        ) as base_cost_amount,
        coalesce(
            sum(margins.invoiced_quantity) filter (where spans.span_kind = 'actual'), 0
        ) as actual_quantity,
        coalesce(
            sum(margins.net_reporting_amount) filter (where spans.span_kind = 'actual'), 0
        ) as actual_revenue_amount,
        coalesce(
            - sum(margins.cost_reporting_amount) filter (where spans.span_kind = 'actual'), 0
        ) as actual_cost_amount
    from marts.fct_invoice_margins as margins
    join spans
        on margins.period_id = spans.period_id
    left join marts.dim_customers as customers
        on margins.customer_id = customers.customer_id
        and margins.customer_version_number = customers.version_number
    where margins.line_kind in ('goods', 'parts')
        and margins.margin_reporting_amount is not null
        and not margins.is_intercompany
        and ($entity is null or margins.entity_id = $entity)
        and ($customer is null or margins.customer_id = $customer)
        and ($unit is null or customers.business_unit_id = $unit)
        and ($region is null or customers.region = $region)
        and ($industry is null or customers.industry = $industry)
        and ($type is null or customers.customer_type = $type)
        and ($size is null or customers.company_size = $size)
        and ($owner is null or customers.owner_id = $owner)
    group by 1, 2
),

-- What was only given back has no price to compare; its margin is that of returns, whatever the
-- other span sold.
sold_cells as (
    select
        *,
        base_quantity > 0 and actual_quantity > 0 as is_continuing,
        actual_revenue_amount - actual_cost_amount as actual_margin_amount,
        base_revenue_amount - base_cost_amount as base_margin_amount,
        max(base_quantity) over (partition by customer_id) > 0 as was_customer,
        max(actual_quantity) over (partition by customer_id) > 0 as is_customer,
        sum(case when base_quantity > 0 and actual_quantity > 0 then base_quantity else 0 end)
            over (partition by customer_id) as customer_base_quantity,
        sum(case when base_quantity > 0 and actual_quantity > 0 then actual_quantity else 0 end)
            over (partition by customer_id) as customer_actual_quantity
    from cells
),

-- Price and cost are of today's quantity. Only here is anything rounded; volume is what is left of
-- the change, and quantity what is left of volume, so that each cell's four add up to its change.
stepped_cells as (
    select
        case
            when is_continuing then 'continuing'
            when base_quantity <= 0 and actual_quantity <= 0 then 'returns'
            when not was_customer and is_customer then 'new_customers'
            when was_customer and not is_customer then 'lost_customers'
            when actual_quantity > 0 then 'new_products'
            else 'discontinued_products'
        end as cell_kind,
        actual_margin_amount - base_margin_amount as change_amount,
        case when actual_quantity <= 0 then actual_margin_amount else 0 end
            - case when base_quantity <= 0 then base_margin_amount else 0 end as return_amount,
        actual_revenue_amount - cast(
            round(
                cast(base_revenue_amount as decimal(38, 10)) * actual_quantity
                / nullif(base_quantity, 0),
                4
            ) as decimal(18, 4)
        ) as price_amount,
        cast(
            round(
                cast(base_cost_amount as decimal(38, 10)) * actual_quantity
                / nullif(base_quantity, 0),
                4
            ) as decimal(18, 4)
        ) - actual_cost_amount as cost_amount,
        cast(
            round(
                cast(base_margin_amount as decimal(38, 10)) * actual_quantity
                / nullif(base_quantity, 0)
                - cast(base_margin_amount as decimal(38, 10)) * customer_actual_quantity
                / nullif(customer_base_quantity, 0),
                4
            ) as decimal(18, 4)
        ) as mix_amount
    from sold_cells
),

goods as (
    select
        cell_kind,
        count(*) as cell_count,
        sum(change_amount - return_amount) as change_amount,
        sum(case cell_kind when 'continuing' then price_amount end) as price_amount,
        sum(case cell_kind when 'continuing' then mix_amount end) as mix_amount,
        sum(case cell_kind when 'continuing' then cost_amount end) as cost_amount
    from stepped_cells
    where cell_kind <> 'returns'
    group by 1
    union all
    select
        'returns' as cell_kind,
        count(*) as cell_count,
        sum(return_amount) as change_amount,
        null as price_amount,
        null as mix_amount,
        null as cost_amount
    from stepped_cells
    where return_amount <> 0
    having count(*) > 0
),

-- What invoices bill beside goods and parts; none of it costs goods.
billed as (
    select
        case margins.line_kind
            when 'service' then 'services'
            when 'contract' then 'contracts'
            when 'freight' then 'freight'
            else 'rebates'
        end as step_name,
        sum(
            case spans.span_kind
                when 'actual' then margins.net_reporting_amount
                else - margins.net_reporting_amount
            end
        ) as amount
    from marts.fct_invoice_margins as margins
    join spans
        on margins.period_id = spans.period_id
    left join marts.dim_customers as customers
        on margins.customer_id = customers.customer_id
        and margins.customer_version_number = customers.version_number
    where margins.line_kind in ('service', 'contract', 'freight', 'rebate')
        and not margins.is_intercompany
        and ($entity is null or margins.entity_id = $entity)
        and ($customer is null or margins.customer_id = $customer)
        and ($unit is null or customers.business_unit_id = $unit)
        and ($region is null or customers.region = $region)
        and ($industry is null or customers.industry = $industry)
        and ($type is null or customers.customer_type = $type)
        and ($size is null or customers.company_size = $size)
        and ($owner is null or customers.owner_id = $owner)
    group by 1
),

line_changes as (
    select
        case
            when lines.profit_line not in ('gross_revenue', 'discounts', 'returns', 'cost_of_goods')
                then lines.profit_line
            when lines.attribution_kind = 'difference' then 'ledger_differences'
            when lines.attribution_kind = 'document' and lines.profit_line = 'cost_of_goods'
                then 'goods_not_invoiced'
            else 'other_margin'
        end as step_name,
        coalesce(sum(lines.reporting_amount) filter (where spans.span_kind = 'base'), 0)
            as base_amount,
        coalesce(sum(lines.reporting_amount) filter (where spans.span_kind = 'actual'), 0)
            as actual_amount
    from marts.fct_profit_lines as lines
    join spans
        on lines.period_id = spans.period_id
    left join marts.dim_customers as customers
        on lines.customer_id = customers.customer_id
        and lines.customer_version_number = customers.version_number
    where lines.bucket <> 'out_of_scope'
        and ($entity is null or lines.entity_id = $entity)
        and ($customer is null or lines.customer_id = $customer)
        and ($unit is null or customers.business_unit_id = $unit)
        and ($region is null or customers.region = $region)
        and ($industry is null or customers.industry = $industry)
        and ($type is null or customers.customer_type = $type)
        and ($size is null or customers.company_size = $size)
        and ($owner is null or customers.owner_id = $owner)
    group by 1
),

steps (step_number, row_kind, step_name, cell_kind) as (
    values
        (0, 'base', 'base_profit', 'none'),
        (10, 'step', 'price', 'continuing'),
        (20, 'step', 'mix', 'continuing'),
        (30, 'step', 'quantity', 'continuing'),
        (40, 'step', 'cost', 'continuing'),
        (50, 'step', 'new_customers', 'new_customers'),
        (60, 'step', 'lost_customers', 'lost_customers'),
        (70, 'step', 'new_products', 'new_products'),
        (80, 'step', 'discontinued_products', 'discontinued_products'),
        (90, 'step', 'services', 'none'),
        (100, 'step', 'contracts', 'none'),
        (110, 'step', 'freight', 'none'),
        (120, 'step', 'rebates', 'none'),
        (130, 'step', 'returns', 'returns'),
        (140, 'step', 'goods_not_invoiced', 'none'),
        (150, 'step', 'ledger_differences', 'none'),
        (160, 'step', 'other_margin', 'none'),
        (170, 'step', 'selling', 'none'),
        (180, 'step', 'marketing', 'none'),
        (190, 'step', 'service', 'none'),
        (200, 'step', 'delivery', 'none'),
        (210, 'step', 'stock_holding', 'none'),
        (220, 'step', 'overhead', 'none'),
        (230, 'step', 'unmapped', 'none'),
        (300, 'actual', 'actual_profit', 'none')
),

-- The ledger's margin is that of all cells and billed lines, of cost booked in another span than
-- its goods are billed in, of differences, and of the rest. So what has a step of its own by
-- documents is taken off what the ledger says.
documented as (
    select
        step_name,
        amount
    from billed
    union all
    select
        'other_margin' as step_name,
        - sum(amount) as amount
    from billed
    union all
    select
        'other_margin' as step_name,
        sum(base_revenue_amount - actual_revenue_amount) as amount
    from cells
    union all
    select
        'goods_not_invoiced' as step_name,
        sum(actual_cost_amount - base_cost_amount) as amount
    from cells
),

parts as (
    select
        steps.step_number,
        case steps.row_kind
            when 'base' then line_changes.base_amount
            when 'actual' then line_changes.actual_amount
            else line_changes.actual_amount - line_changes.base_amount
        end as amount,
        cast(null as bigint) as cell_count
    from steps
    join line_changes
        on steps.row_kind <> 'step'
        or steps.step_name = line_changes.step_name
    union all
    select
        steps.step_number,
        documented.amount,
        cast(null as bigint) as cell_count
    from steps
    join documented
        on steps.step_name = documented.step_name
    union all
    select
        steps.step_number,
        case steps.step_name
            when 'price' then goods.price_amount
            when 'mix' then goods.mix_amount
            when 'cost' then goods.cost_amount
            when 'quantity' then goods.change_amount - goods.price_amount - goods.mix_amount
                - goods.cost_amount
            else goods.change_amount
        end as amount,
        goods.cell_count
    from steps
    join goods
        on steps.cell_kind = goods.cell_kind
),

bridge as (
    select
        steps.step_number,
        steps.row_kind,
        steps.step_name,
        coalesce(sum(parts.amount), 0) as amount,
        sum(parts.cell_count) as cell_count
    from steps
    left join parts
        on steps.step_number = parts.step_number
    group by 1, 2, 3
)

-- Without a span before there is nothing to compare with, and no row.
select
    bridge.step_number,
    bridge.row_kind,
    bridge.step_name,
    cast(bridge.amount as decimal(18, 4)) as amount,
    cast(
        sum(bridge.amount) filter (where bridge.row_kind <> 'actual') over (
            order by bridge.step_number
            rows between unbounded preceding and current row
        )
        as decimal(18, 4)
    ) as running_amount,
    bridge.cell_count
from bridge
where exists (select 1 from spans where span_kind = 'base')
order by bridge.step_number
