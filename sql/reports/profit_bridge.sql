/*---
description = """Why did profit change? From the profit of one span to that of another, in steps \
that add up exactly. Of goods and parts sold to a customer in both spans, with price P, cost C \
and quantity Q of each cell: price = (Pa - Pb) x Qa; cost = (Cb - Ca) x Qa; volume = (Qa - Qb) x \
margin of before = mix + quantity, mix = (Qa - the customer's whole quantity x the cell's share \
of before) x margin of before. New and lost customers, cells that a customer buys anew or no more, \
and what was only given back have their own steps; so have the other lines of invoices, cost of \
goods that the ledger books in another span than they are billed in, and differences between \
ledger and documents. What is left of the margin is other_margin; then comes each cost line. \
Prices, costs and mix are those of the currency asked for, one bridge each; in the currency of the \
group, rates of exchange move them too."""
label       = { en = "Bridge of profit", "zh-CN" = "利润变动桥" }
grain       = ["currency_code", "step_number"]

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

[parameters.currency]
type = "choice"
default = "reporting"
allowed = ["reporting", "functional"]
description = """The currency of the group, or that of the books: then one bridge a currency. Not \
those of documents, for cost that is allocated has none."""

[columns]
step_number = "Place of the step."
row_kind = "base, step or actual."
step_name = """What changed profit. goods_not_invoiced: cost of goods delivered in another span \
than they are billed in; other_margin: entries that name a customer without a document, goods \
whose cost is not known, and documents that the ledger books in another span."""
currency_code = "ISO 4217 code of the row's amounts."
amount = "Profit, or what the step adds to it."
running_amount = "Profit of the base and all steps up to this one."
cell_count = "How many cells of customer and category or product the step is made of."

[labels.en]
step_number = "Step"
row_kind = "Kind of row"
step_name = "Item"
currency_code = "Currency"
amount = "Amount"
running_amount = "Profit up to here"
cell_count = "Cells"

[labels."zh-CN"]
step_number = "步骤"
row_kind = "行类型"
step_name = "项目"
currency_code = "币种"
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
amount = "currency_code"
running_amount = "currency_code"
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

-- Lines of invoices with their amounts in the currency asked for.
invoiced as (
    select
        spans.span_kind,
        margins.customer_id,
        margins.line_kind,
        case $grain when 'product' then margins.product_id else margins.product_category end
            as mix_id,
        case $currency
            when 'functional' then margins.functional_currency_code
            else margins.reporting_currency_code
        end as currency_code,
        margins.invoiced_quantity,
        case $currency
            when 'functional' then margins.net_functional_amount
            else margins.net_reporting_amount
        end as net_amount,
        case $currency
            when 'functional' then margins.cost_functional_amount
            else margins.cost_reporting_amount
        end as cost_amount,
        case $currency
            when 'functional' then margins.margin_functional_amount
            else margins.margin_reporting_amount
        end as margin_amount
    from marts.fct_invoice_margins as margins
    join spans
        on margins.period_id = spans.period_id
    left join marts.dim_customers as customers
        on margins.customer_id = customers.customer_id
        and margins.customer_version_number = customers.version_number
    where not margins.is_intercompany
        and ($entity is null or margins.entity_id = $entity)
        and ($customer is null or margins.customer_id = $customer)
        and ($unit is null or customers.business_unit_id = $unit)
        and ($region is null or customers.region = $region)
        and ($industry is null or customers.industry = $industry)
        and ($type is null or customers.customer_type = $type)
        and ($size is null or customers.company_size = $size)
        and ($owner is null or customers.owner_id = $owner)
),

-- A cell is a category, or a product, within a customer; of it the price, cost and quantity are
-- averages of all its lines. Lines without quantity or without a known cost are no cell's.
cells as (
    select
        currency_code,
        customer_id,
        mix_id,
        coalesce(sum(invoiced_quantity) filter (where span_kind = 'base'), 0) as base_quantity,
        coalesce(sum(net_amount) filter (where span_kind = 'base'), 0) as base_revenue_amount,
        coalesce(- sum(cost_amount) filter (where span_kind = 'base'), 0) as base_cost_amount,
        coalesce(sum(invoiced_quantity) filter (where span_kind = 'actual'), 0)
            as actual_quantity,
        coalesce(sum(net_amount) filter (where span_kind = 'actual'), 0) as actual_revenue_amount,
        coalesce(- sum(cost_amount) filter (where span_kind = 'actual'), 0) as actual_cost_amount
    from invoiced
    where line_kind in ('goods', 'parts')
        and margin_amount is not null
    group by 1, 2, 3
),

-- What was only given back has no price to compare; its margin is that of returns, whatever the
-- other span sold.
sold_cells as (
    select
        *,
        base_quantity > 0 and actual_quantity > 0 as is_continuing,
        actual_revenue_amount - actual_cost_amount as actual_margin_amount,
        base_revenue_amount - base_cost_amount as base_margin_amount,
        max(base_quantity) over (partition by currency_code, customer_id) > 0 as was_customer,
        max(actual_quantity) over (partition by currency_code, customer_id) > 0 as is_customer,
        sum(case when base_quantity > 0 and actual_quantity > 0 then base_quantity else 0 end)
            over (partition by currency_code, customer_id) as customer_base_quantity,
        sum(case when base_quantity > 0 and actual_quantity > 0 then actual_quantity else 0 end)
            over (partition by currency_code, customer_id) as customer_actual_quantity
    from cells
),

-- Price and cost are of today's quantity. Only here is anything rounded; volume is what is left of
-- the change, and quantity what is left of volume, so that each cell's four add up to its change.
stepped_cells as (
    select
        currency_code,
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
        currency_code,
        cell_kind,
        count(*) as cell_count,
        sum(change_amount - return_amount) as change_amount,
        sum(case cell_kind when 'continuing' then price_amount end) as price_amount,
        sum(case cell_kind when 'continuing' then mix_amount end) as mix_amount,
        sum(case cell_kind when 'continuing' then cost_amount end) as cost_amount
    from stepped_cells
    where cell_kind <> 'returns'
    group by 1, 2
    union all
    select
        currency_code,
        'returns' as cell_kind,
        count(*) as cell_count,
        sum(return_amount) as change_amount,
        null as price_amount,
        null as mix_amount,
        null as cost_amount
    from stepped_cells
    where return_amount <> 0
    group by 1
),

-- What invoices bill beside goods and parts; none of it costs goods.
billed as (
    select
        currency_code,
        case line_kind
            when 'service' then 'services'
            when 'contract' then 'contracts'
            when 'freight' then 'freight'
            else 'rebates'
        end as step_name,
        sum(case span_kind when 'actual' then net_amount else - net_amount end) as amount
    from invoiced
    where line_kind in ('service', 'contract', 'freight', 'rebate')
    group by 1, 2
),

booked as (
    select
        spans.span_kind,
        case
            when lines.profit_line not in ('gross_revenue', 'discounts', 'returns', 'cost_of_goods')
                then lines.profit_line
            when lines.attribution_kind = 'difference' then 'ledger_differences'
            when lines.attribution_kind = 'document' and lines.profit_line = 'cost_of_goods'
                then 'goods_not_invoiced'
            else 'other_margin'
        end as step_name,
        case $currency
            when 'functional' then lines.functional_currency_code
            else lines.reporting_currency_code
        end as currency_code,
        case $currency
            when 'functional' then lines.functional_amount
            else lines.reporting_amount
        end as amount
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
),

line_changes as (
    select
        currency_code,
        step_name,
        coalesce(sum(amount) filter (where span_kind = 'base'), 0) as base_amount,
        coalesce(sum(amount) filter (where span_kind = 'actual'), 0) as actual_amount
    from booked
    group by 1, 2
),

-- The group has one currency, also where nothing was sold; books have a bridge where they have any.
currencies as (
    select reporting_currency_code as currency_code
    from marts.fct_profit_lines
    where $currency = 'reporting'
    union
    select currency_code
    from invoiced
    where $currency = 'functional'
    union
    select currency_code
    from booked
    where $currency = 'functional'
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
        currency_code,
        step_name,
        amount
    from billed
    union all
    select
        currency_code,
        'other_margin' as step_name,
        - amount as amount
    from billed
    union all
    select
        currency_code,
        'other_margin' as step_name,
        base_revenue_amount - actual_revenue_amount as amount
    from cells
    union all
    select
        currency_code,
        'goods_not_invoiced' as step_name,
        actual_cost_amount - base_cost_amount as amount
    from cells
),

parts as (
    select
        line_changes.currency_code,
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
        documented.currency_code,
        steps.step_number,
        documented.amount,
        cast(null as bigint) as cell_count
    from steps
    join documented
        on steps.step_name = documented.step_name
    union all
    select
        goods.currency_code,
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
        currencies.currency_code,
        coalesce(sum(parts.amount), 0) as amount,
        sum(parts.cell_count) as cell_count
    from steps
    cross join currencies
    left join parts
        on steps.step_number = parts.step_number
        and currencies.currency_code = parts.currency_code
    group by 1, 2, 3, 4
)

-- Without a span before there is nothing to compare with, and no row.
select
    bridge.step_number,
    bridge.row_kind,
    bridge.step_name,
    bridge.currency_code,
    cast(bridge.amount as decimal(18, 4)) as amount,
    cast(
        sum(bridge.amount) filter (where bridge.row_kind <> 'actual') over (
            partition by bridge.currency_code
            order by bridge.step_number
            rows between unbounded preceding and current row
        )
        as decimal(18, 4)
    ) as running_amount,
    bridge.cell_count
from bridge
where exists (select 1 from spans where span_kind = 'base')
order by bridge.currency_code, bridge.step_number
