/*---
description = """Goods leave a warehouse at the average cost of what lies there: receipts, returns \
and new valuations before and on the day, each departure at the average that it finds. A departure \
booked at another cost is named once; what follows is judged by the books as they then stand."""
severity    = "warning"
---*/

-- A project that values at standard cost is judged by its cost variance.
with valuations as (
    select
        parameter_value,
        valid_from_on,
        lead(valid_from_on) over (order by valid_from_on) as valid_until_on
    from staging.stg_inputs__parameters
    where parameter_name = 'inventory_valuation'
),

standard_days as (
    select dates.date_on
    from marts.dim_dates as dates
    inner join valuations
        on valuations.valid_from_on <= dates.date_on
        and (valuations.valid_until_on is null or dates.date_on < valuations.valid_until_on)
    where valuations.parameter_value = 'standard'
),

days as (
    select
        warehouse_id,
        product_id,
        currency_code,
        moved_on,
        sum(case when move_kind = 'issue' then 0 else moved_quantity end) as added_quantity,
        sum(case when move_kind = 'issue' then 0 else cost_amount end) as added_amount,
        sum(case when move_kind = 'issue' then moved_quantity else 0 end) as issued_quantity,
        sum(case when move_kind = 'issue' then cost_amount else 0 end) as issued_amount
    from marts.fct_stock_moves
    group by warehouse_id, product_id, currency_code, moved_on
),

-- What lay there when the day's departures began.
held as (
    select
        days.*,
        sum(added_quantity + issued_quantity) over up_to_day - issued_quantity as held_quantity,
        sum(added_amount + issued_amount) over up_to_day - issued_amount as held_amount
    from days
    window up_to_day as (
        partition by warehouse_id, product_id, currency_code
        order by moved_on
        rows between unbounded preceding and current row
    )
),

expected as (
    select
        held.*,
        cast(
            round(
                cast(held_amount * issued_quantity as decimal(38, 10)) / nullif(held_quantity, 0),
                2
            ) as decimal(18, 4)
        ) as expected_amount
    from held
    where issued_quantity <> 0
        and held_quantity > 0
)

-- Rounded amounts make an average drift: a hundredth of the cost, or a tenth of a unit of money, is
-- no fault.
select
    dates.period_id,
    expected.warehouse_id,
    expected.product_id,
    expected.moved_on,
    expected.held_quantity,
    cast(expected.held_amount as decimal(18, 4)) as held_amount,
    expected.issued_quantity,
    expected.expected_amount,
    cast(expected.issued_amount as decimal(18, 4)) as issued_amount
from expected
left join marts.dim_dates as dates
    on dates.date_on = expected.moved_on
left anti join standard_days
    on expected.moved_on = standard_days.date_on
where abs(expected.issued_amount - expected.expected_amount)
    > greatest(abs(expected.expected_amount) * 0.01, 0.1)
