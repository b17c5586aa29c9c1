/*---
description = """Between two counts of a product in a warehouse its quantity and value change by \
what moved; a refused movement or a loss nobody booked shows here."""
severity    = "warning"
---*/

with counts as (
    select
        warehouse_id,
        product_id,
        counted_quantity,
        stock_value_amount,
        lag(counted_quantity) over (
            partition by warehouse_id, product_id
            order by counted_on
        ) as earlier_quantity,
        lag(stock_value_amount) over (
            partition by warehouse_id, product_id
            order by counted_on
        ) as earlier_value_amount,
        counted_on,
        lag(counted_on) over (
            partition by warehouse_id, product_id
            order by counted_on
        ) as earlier_counted_on
    from staging.stg_inventory__stock_counts
),

-- Each day with movements belongs to the next count of its product, so that the join is by key.
moved_days as (
    select
        warehouse_id,
        product_id,
        sum(moved_quantity) as moved_quantity,
        cast(sum(cost_amount) as decimal(18, 4)) as cost_amount,
        moved_on
    from staging.stg_inventory__stock_moves
    group by warehouse_id, product_id, moved_on
),

moved_between as (
    select
        counts.warehouse_id,
        counts.product_id,
        counts.counted_on,
        sum(moved_days.moved_quantity) as moved_quantity,
        cast(sum(moved_days.cost_amount) as decimal(18, 4)) as cost_amount
    from counts
    inner join moved_days
        on moved_days.warehouse_id = counts.warehouse_id
        and moved_days.product_id = counts.product_id
        and moved_days.moved_on > counts.earlier_counted_on
        and moved_days.moved_on <= counts.counted_on
    group by counts.warehouse_id, counts.product_id, counts.counted_on
)

select
    dates.period_id,
    counts.warehouse_id,
    counts.product_id,
    counts.earlier_quantity,
    coalesce(moved.moved_quantity, 0) as moved_quantity,
    counts.counted_quantity,
    counts.earlier_value_amount,
    moved.cost_amount,
    counts.stock_value_amount,
    counts.counted_on
from counts
left join moved_between as moved
    on moved.warehouse_id = counts.warehouse_id
    and moved.product_id = counts.product_id
    and moved.counted_on = counts.counted_on
left join marts.dim_dates as dates
    on dates.date_on = counts.counted_on
where counts.earlier_counted_on is not null
    and (
        counts.earlier_quantity + coalesce(moved.moved_quantity, 0) <> counts.counted_quantity
        or counts.earlier_value_amount + coalesce(moved.cost_amount, 0)
            <> counts.stock_value_amount
    )
