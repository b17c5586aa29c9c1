/*---
description = """Which products are stars, cash cows, question marks and dogs? Net revenue of a \
category in a region in the calendar year up to the period, over the market of that year in \
proportion to its days; the share against that of the strongest competitor, and the growth of the \
market, place it. Where nobody sized the market the row says so and is not placed. A market \
stands in nobody's books, so amounts are in the group's currency."""
label       = { en = "Portfolio of products", "zh-CN" = "产品组合" }
grain       = ["row_kind", "product_category", "region"]

[parameters.period]
type = "period"
default = "newest_period"
description = """Last period of the span; adjusting periods stand with the regular one that holds \
them."""

[parameters.entity]
type = "text"
optional = true
from = "marts.dim_entities.entity_id"
description = "Only this legal entity."

[parameters.unit]
type = "text"
optional = true
from = "marts.dim_business_units.business_unit_id"
description = "Only sales to customers of this business unit; the market remains the whole one."

[parameters.growth_cut]
type = "decimal"
default = "0.10"
description = "Growth of the market from which it counts as growing."

[parameters.share_cut]
type = "decimal"
default = "1"
description = "Relative market share from which it counts as high."

[columns]
row_kind = "placed, market size missing, or total."
product_category = "Category of products."
region = "Region of the customer in the period."
net_revenue_amount = "Gross revenue less discounts and returns."
gross_margin_amount = "Net revenue less cost of goods."
gross_margin_ratio = "Gross margin over net revenue."
market_amount = "Size of the market, of the year's days so far; null where nobody sized it."
market_share_ratio = "Net revenue over the market."
largest_rival_ratio = "Market share of the strongest competitor."
relative_share_ratio = "Our share over that of the strongest competitor."
growth_ratio = "Growth of the market over the year before."
portfolio_kind = "star, cash cow, question mark, dog; unknown where the market is not sized."
market_source = "Who sized the market."

[labels.en]
row_kind = "Kind of row"
product_category = "Category"
region = "Region"
net_revenue_amount = "Net revenue"
gross_margin_amount = "Gross margin"
gross_margin_ratio = "Gross margin ratio"
market_amount = "Market"
market_share_ratio = "Market share"
largest_rival_ratio = "Largest rival"
relative_share_ratio = "Relative share"
growth_ratio = "Market growth"
portfolio_kind = "Portfolio"
market_source = "Source"

[labels."zh-CN"]
row_kind = "行类型"
product_category = "产品类别"
region = "地区"
net_revenue_amount = "净收入"
gross_margin_amount = "毛利"
gross_margin_ratio = "毛利率"
market_amount = "市场规模"
market_share_ratio = "市场份额"
largest_rival_ratio = "最大对手份额"
relative_share_ratio = "相对份额"
growth_ratio = "市场增长率"
portfolio_kind = "组合类别"
market_source = "来源"

[values]
row_kind = ["placed", "market size missing", "total"]
portfolio_kind = ["star", "cash cow", "question mark", "dog", "unknown"]

[units]
net_revenue_amount = "reporting_currency"
gross_margin_amount = "reporting_currency"
gross_margin_ratio = "ratio"
market_amount = "reporting_currency"
market_share_ratio = "ratio"
largest_rival_ratio = "ratio"
relative_share_ratio = "ratio"
growth_ratio = "ratio"
---*/

with asked as (
    select
        ends_on,
        cast(date_part('year', ends_on) as bigint) as market_year
    from marts.dim_periods
    where period_id = $period
),

-- A market is sized for a calendar year, so sales are those of that year up to the period.
spanned as (
    select
        periods.period_id,
        asked.market_year
    from marts.dim_periods as periods
    join asked
        on periods.ends_on <= asked.ends_on
        and cast(date_part('year', periods.ends_on) as bigint) = asked.market_year
),

covered as (
    select
        asked.market_year,
        cast(asked.ends_on - make_date(asked.market_year, 1, 1) as bigint) + 1 as covered_days,
        cast(
            make_date(asked.market_year + 1, 1, 1) - make_date(asked.market_year, 1, 1) as bigint
        ) as year_days
    from asked
),

sales as (
    select
        profits.product_category,
        coalesce(customers.region, 'unknown') as region,
        sum(profits.net_revenue_amount) as net_revenue_amount,
        sum(profits.gross_margin_amount) as gross_margin_amount,
        count(*) as row_count
    from marts.fct_customer_profit as profits
    join spanned
        on profits.period_id = spanned.period_id
    left join marts.dim_customers as customers
        on profits.customer_id = customers.customer_id
        and profits.customer_version_number = customers.version_number
    where ($entity is null or profits.entity_id = $entity)
        and ($unit is null or customers.business_unit_id = $unit)
        and profits.product_category <> 'unassigned'
    group by 1, 2
    having sum(profits.net_revenue_amount) <> 0 or sum(profits.gross_margin_amount) <> 0
),

markets as (
    select
        sizes.product_category,
        sizes.region,
        sizes.market_source,
        sizes.growth_ratio,
        sizes.largest_rival_ratio,
        cast(
            round(
                cast(sizes.market_size_reporting_amount as decimal(38, 10)) * covered.covered_days
                / covered.year_days,
                4
            ) as decimal(18, 4)
        ) as market_amount
    from marts.fct_market_size as sizes
    join covered
        on sizes.market_year = covered.market_year
),

placed as (
    select
        coalesce(sales.product_category, markets.product_category) as product_category,
        coalesce(sales.region, markets.region) as region,
        coalesce(sales.net_revenue_amount, 0) as net_revenue_amount,
        coalesce(sales.gross_margin_amount, 0) as gross_margin_amount,
        markets.market_amount,
        markets.growth_ratio,
        markets.largest_rival_ratio,
        markets.market_source,
        cast(
            round(
                cast(coalesce(sales.net_revenue_amount, 0) as decimal(38, 10))
                / nullif(markets.market_amount, 0),
                6
            ) as decimal(18, 6)
        ) as market_share_ratio,
        sales.net_revenue_amount is not null as is_sold
    from sales
    full join markets
        on sales.product_category = markets.product_category
        and sales.region = markets.region
),

compared as (
    select
        *,
        cast(
            round(
                cast(market_share_ratio as decimal(38, 10)) / nullif(largest_rival_ratio, 0), 6
            ) as decimal(18, 6)
        ) as relative_share_ratio
    from placed
)

select
    case when market_amount is null then 'market size missing' else 'placed' end as row_kind,
    product_category,
    region,
    cast(net_revenue_amount as decimal(18, 4)) as net_revenue_amount,
    cast(gross_margin_amount as decimal(18, 4)) as gross_margin_amount,
    cast(
        round(cast(gross_margin_amount as decimal(38, 10)) / nullif(net_revenue_amount, 0), 6)
        as decimal(18, 6)
    ) as gross_margin_ratio,
    market_amount,
    market_share_ratio,
    largest_rival_ratio,
    relative_share_ratio,
    growth_ratio,
    case
        when relative_share_ratio is null or growth_ratio is null then 'unknown'
        when growth_ratio >= $growth_cut and relative_share_ratio >= $share_cut then 'star'
        when growth_ratio >= $growth_cut then 'question mark'
        when relative_share_ratio >= $share_cut then 'cash cow'
        else 'dog'
    end as portfolio_kind,
    market_source
from compared
union all
select
    'total' as row_kind,
    'total' as product_category,
    cast(null as text) as region,
    cast(sum(net_revenue_amount) as decimal(18, 4)) as net_revenue_amount,
    cast(sum(gross_margin_amount) as decimal(18, 4)) as gross_margin_amount,
    cast(
        round(
            cast(sum(gross_margin_amount) as decimal(38, 10))
            / nullif(sum(net_revenue_amount), 0), 6
        ) as decimal(18, 6)
    ) as gross_margin_ratio,
    sum(market_amount) as market_amount,
    -- Only sales on markets that are sized stand against the sizes.
    cast(
        round(
            cast(
                sum(net_revenue_amount) filter (where market_amount is not null)
                as decimal(38, 10)
            )
            / nullif(sum(market_amount), 0),
            6
        ) as decimal(18, 6)
    ) as market_share_ratio,
    null as largest_rival_ratio,
    null as relative_share_ratio,
    null as growth_ratio,
    'unknown' as portfolio_kind,
    cast(null as text) as market_source
from compared
order by row_kind = 'total', product_category, region
