/*---
description = """No quantity by which cost is spread is negative; a customer whose sum is counts \
as 0 there."""
severity    = { open = "warning", closed = "error", period = "period_id" }
---*/

with negative_rows as (
    select
        'visit_call_minutes' as driver_name,
        entity_id,
        period_id,
        timesheet_id as row_id,
        customer_id,
        cast(total_minutes as decimal(18, 4)) as driver_quantity
    from marts.fct_work_hours
    where work_kind in ('visit', 'call')
        and total_minutes < 0
    union all
    select
        'service_minutes' as driver_name,
        entity_id,
        period_id,
        event_id as row_id,
        customer_id,
        cast(event_minutes as decimal(18, 4)) as driver_quantity
    from marts.fct_case_events
    where event_minutes < 0
    union all
    select
        'travel_minutes' as driver_name,
        entity_id,
        period_id,
        event_id as row_id,
        customer_id,
        cast(travel_minutes as decimal(18, 4)) as driver_quantity
    from marts.fct_case_events
    where travel_minutes < 0
    union all
    select
        'delivery_freight' as driver_name,
        entity_id,
        period_id,
        delivery_id as row_id,
        customer_id,
        freight_functional_amount as driver_quantity
    from marts.fct_deliveries
    where freight_functional_amount < 0
    union all
    select
        'pallet_days' as driver_name,
        entity_id,
        period_id,
        stock_level_id as row_id,
        customer_id,
        cast(pallet_count as decimal(18, 4)) as driver_quantity
    from marts.fct_stock_levels
    where level_kind = 'reserved'
        and pallet_count < 0
)

select
    entity_id,
    period_id,
    driver_name,
    row_id,
    customer_id,
    driver_quantity
from negative_rows
