/*---
description = """Why did profit change? From the profit of one span to that of another, in steps \
that add up exactly. Of goods and parts sold to a customer in both spans, with price P, cost C \
and quantity Q of each cell: price = (Pa - Pb) x Qa; cost = (Cb - Ca) x Qa; volume = (Qa - Qb) x \
margin of before = mix + quantity, mix = (Qa - the customer's whole quantity x the cell's share \
of before) x margin of before. New and lost customers, and cells that a customer buys anew or no \
more, have their own steps; then what else changed margin, and each cost line. Prices are in the \
reporting currency, so rates of exchange move them too."""
label       = { en = "Bridge of profit", "zh-CN" = "利润变动桥" }
grain       = ["step_number"]

[parameters.period]
type = "period"
default = "newest_period"
description = """Last period of the span; adjusting periods stand with the regular one that holds \
them."""

[parameters.from_period]
type = "period"
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

[parameters.customer]
type = "text"
optional = true
from = "marts.dim_customers.customer_id"
description = "Only this customer."

[columns]
step_number = "Place of the step."
row_kind = "base, step or actual."
step_name = "What changed profit."
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
    "new_products", "discontinued_products", "other_margin", "selling", "marketing", "service",
    "delivery", "stock_holding", "overhead", "unmapped", "actual_profit",
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
    where margins.line_kind in ('goods', 'parts')
        and margins.margin_reporting_amount is not null
        and not margins.is_intercompany
        and ($entity is null or margins.entity_id = $entity)
        and ($customer is null or margins.customer_id = $customer)
    group by 1, 2
),

-- What was only given back, or not sold in either span, has no price to compare.
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
            when base_quantity < 0 or actual_quantity < 0 then 'none'
            when base_quantity = 0 and actual_quantity = 0 then 'none'
            when not was_customer and is_customer then 'new_customers'
            when was_customer and not is_customer then 'lost_customers'
            when actual_quantity > 0 then 'new_products'
            else 'discontinued_products'
        end as cell_kind,
        actual_margin_amount - base_margin_amount as change_amount,
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
        sum(change_amount) as change_amount,
        sum(case cell_kind when 'continuing' then price_amount end) as price_amount,
        sum(case cell_kind when 'continuing' then mix_amount end) as mix_amount,
        sum(case cell_kind when 'continuing' then cost_amount end) as cost_amount
    from stepped_cells
    where cell_kind <> 'none'
    group by 1
),

line_changes as (
    select
        case
            when lines.profit_line in ('gross_revenue', 'discounts', 'returns', 'cost_of_goods')
                then 'other_margin'
            else lines.profit_line
        end as step_name,
        coalesce(sum(lines.reporting_amount) filter (where spans.span_kind = 'base'), 0)
            as base_amount,
        coalesce(sum(lines.reporting_amount) filter (where spans.span_kind = 'actual'), 0)
            as actual_amount
    from marts.fct_profit_lines as lines
    join spans
        on lines.period_id = spans.period_id
    where lines.bucket <> 'out_of_scope'
        and ($entity is null or lines.entity_id = $entity)
        and ($customer is null or lines.customer_id = $customer)
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
        (90, 'step', 'other_margin', 'all'),
        (100, 'step', 'selling', 'none'),
        (110, 'step', 'marketing', 'none'),
        (120, 'step', 'service', 'none'),
        (130, 'step', 'delivery', 'none'),
        (140, 'step', 'stock_holding', 'none'),
        (150, 'step', 'overhead', 'none'),
        (160, 'step', 'unmapped', 'none'),
        (200, 'actual', 'actual_profit', 'none')
),

-- The ledger's margin moved by more than these lines of invoices: work, contracts, freight,
-- rebates, differences and what nobody is known for. So the cells' change is taken off it.
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
        case steps.step_name
            when 'price' then goods.price_amount
            when 'mix' then goods.mix_amount
            when 'cost' then goods.cost_amount
            when 'quantity' then goods.change_amount - goods.price_amount - goods.mix_amount
                - goods.cost_amount
            when 'other_margin' then - goods.change_amount
            else goods.change_amount
        end as amount,
        case when steps.cell_kind <> 'all' then goods.cell_count end as cell_count
    from steps
    join goods
        on steps.cell_kind = goods.cell_kind
        or steps.cell_kind = 'all'
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
