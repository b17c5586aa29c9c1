/*---
description = """What came back from the marketing spend? The gross margin of an order is shared \
evenly by the touches of its customer in the days before it (linear attribution), mailings of \
marketing and contacts of sales apart; what has no touch is untouched. Cost is that of each \
campaign's sheet; the rest of the ledger's marketing expense has a row of its own, so that cost \
sums to the ledger. What a campaign cost is of no segment of customers, so none can be asked."""
label       = { en = "Return of marketing", "zh-CN" = "市场投入回报" }
grain       = ["currency_code", "row_kind", "campaign_id"]

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
currency, and goods of a warehouse in another one have no known cost. Not those of documents, for \
cost that is allocated has none."""

[parameters.entity]
type = "text"
optional = true
from = "marts.dim_entities.entity_id"
description = "Only this legal entity."

[parameters.attribution_days]
type = "integer"
least = 0
default = 90
description = "Days before an order in which touches count."

[columns]
row_kind = """marketing, sales, untouched (orders without a touch), without_order (margin of no \
order), unattributed_cost or total."""
campaign_id = "Campaign of the touches or the cost."
campaign_name = "Name of the campaign."
currency_code = "ISO 4217 code of the row's amounts."
touch_count = "Touches that count before an order; one before two orders counts in both."
order_count = "Orders touched; an order touched twice counts in each row, and once in the total."
margin_amount = "Gross margin attributed."
cost_amount = "Spent in the span, positive."
return_amount = "Margin less cost."
return_ratio = "Return over cost."
unknown_count = """Invoice lines without a known cost, whose margin is missing here; of the total \
only."""

[labels.en]
row_kind = "Kind of row"
campaign_id = "Campaign"
campaign_name = "Campaign name"
currency_code = "Currency"
touch_count = "Touches"
order_count = "Orders"
margin_amount = "Margin"
cost_amount = "Cost"
return_amount = "Return"
return_ratio = "Return ratio"
unknown_count = "Cost not known"

[labels."zh-CN"]
row_kind = "行类型"
campaign_id = "活动编号"
campaign_name = "活动名称"
currency_code = "币种"
touch_count = "触达次数"
order_count = "订单数"
margin_amount = "毛利"
cost_amount = "费用"
return_amount = "回报"
return_ratio = "回报率"
unknown_count = "成本未知行数"

[values]
row_kind = ["marketing", "sales", "untouched", "without_order", "unattributed_cost", "total"]

[units]
margin_amount = "currency_code"
cost_amount = "currency_code"
return_amount = "currency_code"
return_ratio = "ratio"
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

-- Lines whose cost is not known bring no margin; how many they are, the total says.
order_margins as (
    select
        order_id,
        currency_code,
        sum(margin_amount) as margin_amount,
        count(*) filter (where margin_amount is null) as unknown_count
    from (
        select
            margins.order_id,
            case $currency
                when 'functional' then margins.functional_currency_code
                else margins.reporting_currency_code
            end as currency_code,
            case $currency
                when 'functional' then margins.margin_functional_amount
                else margins.margin_reporting_amount
            end as margin_amount
        from marts.fct_invoice_margins as margins
        join spanned
            on margins.period_id = spanned.period_id
        where not margins.is_intercompany
            and ($entity is null or margins.entity_id = $entity)
    )
    group by 1, 2
),

orders as (
    select
        order_id,
        min(customer_id) as customer_id,
        min(ordered_on) as ordered_on
    from marts.fct_order_lines
    group by 1
),

-- What the company did: mailings that arrived, and contacts that sales sought.
touches as (
    select
        customer_id,
        case touch_source when 'mailing' then 'marketing' else 'sales' end as department_name,
        campaign_id,
        happened_on
    from marts.fct_touches
    where touch_source in ('mailing', 'sales_touch')
        and touch_direction = 'outbound'
        and is_contact
        and customer_id <> 'unassigned'
),

-- An order without a touch keeps its margin, as does what was sold without an order.
touched as (
    select
        order_margins.order_id,
        order_margins.currency_code,
        case
            when touches.department_name is not null then touches.department_name
            when order_margins.order_id is null then 'without_order'
            else 'untouched'
        end as row_kind,
        touches.campaign_id,
        count(touches.customer_id) as touch_count,
        max(order_margins.margin_amount) as order_margin_amount,
        max(order_margins.unknown_count) as unknown_count
    from order_margins
    left join orders
        on order_margins.order_id = orders.order_id
    left join touches
        on orders.customer_id = touches.customer_id
        and touches.happened_on < orders.ordered_on
        and touches.happened_on >= orders.ordered_on - $attribution_days
    group by 1, 2, 3, 4
),

-- Each touch of an order gets the same part of its margin, to the last unit.
attributed as (
    select
        order_id,
        currency_code,
        row_kind,
        campaign_id,
        touch_count,
        allocate(
            cast(coalesce(order_margin_amount, 0) as decimal(18, 4)),
            greatest(touch_count, 1),
            concat(row_kind, '/', coalesce(campaign_id, '')),
            4
        ) over (partition by order_id, currency_code) as margin_amount,
        row_number() over (
            partition by order_id, currency_code
            order by row_kind, campaign_id
        ) = 1 as is_first,
        unknown_count
    from touched
),

money as (
    select currency_code
    from marts.dim_currencies
    where is_reporting
),

campaign_costs as (
    select
        costs.campaign_id,
        case $currency
            when 'functional' then costs.functional_currency_code
            else money.currency_code
        end as currency_code,
        sum(
            case $currency
                when 'functional' then costs.net_functional_amount
                else costs.net_reporting_amount
            end
        ) as cost_amount
    from marts.fct_campaign_costs as costs
    join spanned
        on costs.period_id = spanned.period_id
    cross join money
    where $entity is null or costs.entity_id = $entity
    group by 1, 2
),

ledger as (
    select
        case $currency
            when 'functional' then lines.functional_currency_code
            else lines.reporting_currency_code
        end as currency_code,
        - sum(
            case $currency
                when 'functional' then lines.functional_amount
                else coalesce(lines.reporting_amount, 0)
            end
        ) as cost_amount
    from marts.fct_profit_lines as lines
    join spanned
        on lines.period_id = spanned.period_id
    where lines.profit_line = 'marketing'
        and lines.bucket <> 'out_of_scope'
        and ($entity is null or lines.entity_id = $entity)
    group by 1
),

sheets as (
    select
        currency_code,
        sum(cost_amount) as cost_amount
    from campaign_costs
    group by 1
),

-- Margins, costs of the sheet, and wages of marketing and whatever else the ledger holds beyond it.
amounts as (
    select
        currency_code,
        row_kind,
        campaign_id,
        touch_count,
        case when order_id is not null then 1 else 0 end as order_count,
        case when order_id is not null and is_first then 1 else 0 end as first_count,
        margin_amount,
        cast(0 as decimal(18, 4)) as cost_amount,
        case when is_first then unknown_count else 0 end as unknown_count
    from attributed
    union all
    select
        currency_code,
        'marketing' as row_kind,
        campaign_id,
        0 as touch_count,
        0 as order_count,
        0 as first_count,
        0 as margin_amount,
        cost_amount,
        0 as unknown_count
    from campaign_costs
    union all
    select
        coalesce(ledger.currency_code, sheets.currency_code) as currency_code,
        'unattributed_cost' as row_kind,
        null as campaign_id,
        0 as touch_count,
        0 as order_count,
        0 as first_count,
        0 as margin_amount,
        coalesce(ledger.cost_amount, 0) - coalesce(sheets.cost_amount, 0) as cost_amount,
        0 as unknown_count
    from ledger
    full join sheets
        on ledger.currency_code = sheets.currency_code
),

totalled as (
    select
        case when grouping(row_kind) = 1 then 'total' else row_kind end as row_kind,
        campaign_id,
        currency_code,
        sum(touch_count) as touch_count,
        case when grouping(row_kind) = 1 then sum(first_count) else sum(order_count) end
            as order_count,
        sum(margin_amount) as margin_amount,
        sum(cost_amount) as cost_amount,
        case when grouping(row_kind) = 1 then sum(unknown_count) end as unknown_count
    from amounts
    group by grouping sets ((currency_code, row_kind, campaign_id), (currency_code))
)

select
    totalled.row_kind,
    totalled.campaign_id,
    campaigns.campaign_name,
    totalled.currency_code,
    totalled.touch_count,
    totalled.order_count,
    cast(totalled.margin_amount as decimal(18, 4)) as margin_amount,
    cast(totalled.cost_amount as decimal(18, 4)) as cost_amount,
    cast(totalled.margin_amount - totalled.cost_amount as decimal(18, 4)) as return_amount,
    case
        when totalled.row_kind in ('marketing', 'total')
            then cast(
                round(
                    cast(totalled.margin_amount - totalled.cost_amount as decimal(38, 10))
                    / nullif(totalled.cost_amount, 0),
                    6
                ) as decimal(18, 6)
            )
    end as return_ratio,
    totalled.unknown_count
from totalled
left join marts.dim_campaigns as campaigns
    on totalled.campaign_id = campaigns.campaign_id
order by
    totalled.currency_code,
    case totalled.row_kind
        when 'marketing' then 1
        when 'sales' then 2
        when 'untouched' then 3
        when 'without_order' then 4
        when 'unattributed_cost' then 5
        else 6
    end,
    totalled.campaign_id nulls last
