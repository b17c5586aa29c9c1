/*---
description = """Quantities by which pools of cost are spread, one row a regular period, entity, \
driver, customer and product category."""
grain       = ["period_id", "entity_id", "driver_name", "customer_id", "product_category"]
month       = "ends_on"

[columns]
entity_id = "Legal entity whose pools are spread by it; 'unassigned' where no row names one."
driver_name = """What is measured: visit_call_minutes, campaign_sends, delivery_freight, \
pallet_days, service_minutes, travel_minutes, order_lines, invoices, net_revenue or \
cost_of_goods."""
customer_id = "Customer who causes it; 'unassigned' where nobody known does."
product_category = "Category of the product; 'unassigned' where no product is known."
driver_quantity = """Quantity as measured. What is negative stays so here and counts as 0 where a \
pool is spread; net revenue and cost of goods are at least 0."""
row_count = "Rows of facts behind it."
---*/

with visits_and_calls as (
    select
        period_id,
        entity_id,
        'visit_call_minutes' as driver_name,
        customer_id,
        cast(null as varchar) as product_category,
        cast(sum(total_minutes) as decimal(18, 4)) as driver_quantity,
        count(*) as row_count
    from marts.fct_work_hours
    where work_kind in ('visit', 'call')
    group by period_id, entity_id, customer_id
),

campaign_sends as (
    select
        period_id,
        entity_id,
        'campaign_sends' as driver_name,
        customer_id,
        cast(null as varchar) as product_category,
        cast(count(*) as decimal(18, 4)) as driver_quantity,
        count(*) as row_count
    from marts.fct_touches
    where touch_source = 'mailing'
    group by period_id, entity_id, customer_id
),

delivery_freight as (
    select
        period_id,
        entity_id,
        'delivery_freight' as driver_name,
        customer_id,
        cast(null as varchar) as product_category,
        cast(sum(freight_functional_amount) as decimal(18, 4)) as driver_quantity,
        count(*) as row_count
    from marts.fct_deliveries
    group by period_id, entity_id, customer_id
),

-- Both kinds of minutes come from one pass over the events.
case_minutes as (
    select
        events.period_id,
        events.entity_id,
        events.customer_id,
        products.product_category,
        cast(sum(events.event_minutes) as decimal(18, 4)) as service_minutes,
        cast(sum(events.travel_minutes) as decimal(18, 4)) as travel_minutes,
        count(*) as row_count
    from marts.fct_case_events as events
    left join marts.dim_products as products
        on products.product_id = events.product_id
    group by
        events.period_id,
        events.entity_id,
        events.customer_id,
        products.product_category
),

case_drivers as (
    select
        case_minutes.period_id,
        case_minutes.entity_id,
        kinds.driver_name,
        case_minutes.customer_id,
        case_minutes.product_category,
        case kinds.driver_name
            when 'service_minutes' then case_minutes.service_minutes
            else case_minutes.travel_minutes
        end as driver_quantity,
        case_minutes.row_count
    from case_minutes
    cross join (values ('service_minutes'), ('travel_minutes')) as kinds (driver_name)
),

order_lines as (
    select
        lines.period_id,
        lines.entity_id,
        'order_lines' as driver_name,
        lines.customer_id,
        products.product_category,
        cast(count(*) as decimal(18, 4)) as driver_quantity,
        count(*) as row_count
    from marts.fct_order_lines as lines
    left join marts.dim_products as products
        on products.product_id = lines.product_id
    where lines.is_counted
    group by lines.period_id, lines.entity_id, lines.customer_id, products.product_category
),

-- A document counts once, in the period in which it was first booked.
invoices as (
    select distinct invoice_id, period_id, entity_id, customer_id
    from marts.fct_invoice_lines
    where invoice_kind = 'invoice'
        and is_revenue
        and not is_intercompany
        and booking_number = 0
),

invoice_counts as (
    select
        period_id,
        entity_id,
        'invoices' as driver_name,
        customer_id,
        cast(null as varchar) as product_category,
        cast(count(*) as decimal(18, 4)) as driver_quantity,
        count(*) as row_count
    from invoices
    group by period_id, entity_id, customer_id
),

-- The last count of a house at or before the end of a period says what is kept for whom.
counted_days as (
    select distinct warehouse_id, counted_on
    from marts.fct_stock_levels
),

last_counts as (
    select
        periods.period_id,
        counted.warehouse_id,
        periods.ends_on - periods.starts_on + 1 as period_days,
        max(counted.counted_on) as counted_on
    from marts.dim_periods as periods
    cross join (select max(counted_on) as newest_on from counted_days) as data_end
    inner join counted_days as counted
        on counted.counted_on <= periods.ends_on
    where not periods.is_adjusting
        and periods.starts_on <= data_end.newest_on
    group by periods.period_id, counted.warehouse_id, periods.starts_on, periods.ends_on
),

pallet_days as (
    select
        last_counts.period_id,
        levels.entity_id,
        'pallet_days' as driver_name,
        levels.customer_id,
        products.product_category,
        cast(
            sum(levels.pallet_count * last_counts.period_days) as decimal(18, 4)
        ) as driver_quantity,
        count(*) as row_count
    from last_counts
    inner join marts.fct_stock_levels as levels
        on levels.warehouse_id = last_counts.warehouse_id
        and levels.counted_on = last_counts.counted_on
        and levels.level_kind = 'reserved'
    left join marts.dim_products as products
        on products.product_id = levels.product_id
    group by
        last_counts.period_id,
        levels.entity_id,
        levels.customer_id,
        products.product_category
),

document_amounts as (
    select
        period_id,
        entity_id,
        case
            when document_part = 'cost_of_goods' then 'cost_of_goods'
            else 'net_revenue'
        end as driver_name,
        customer_id,
        product_category,
        sum(
            case
                when document_part = 'cost_of_goods' then -document_functional_amount
                else document_functional_amount
            end
        ) as driver_quantity,
        count(*) as row_count
    from intermediate.int_document_parts
    group by 1, 2, 3, 4, 5
),

document_drivers as (
    select
        period_id,
        entity_id,
        driver_name,
        customer_id,
        product_category,
        cast(greatest(driver_quantity, 0) as decimal(18, 4)) as driver_quantity,
        row_count
    from document_amounts
),

all_drivers as (
    select * from visits_and_calls
    union all
    select * from campaign_sends
    union all
    select * from delivery_freight
    union all
    select * from case_drivers
    union all
    select * from order_lines
    union all
    select * from invoice_counts
    union all
    select * from pallet_days
    union all
    select * from document_drivers
)

select
    drivers.period_id,
    coalesce(drivers.entity_id, 'unassigned') as entity_id,
    drivers.driver_name,
    drivers.customer_id,
    coalesce(drivers.product_category, 'unassigned') as product_category,
    cast(sum(drivers.driver_quantity) as decimal(18, 4)) as driver_quantity,
    sum(drivers.row_count) as row_count,
    periods.ends_on
from all_drivers as drivers
inner join marts.dim_periods as periods
    on periods.period_id = drivers.period_id
    and not periods.is_adjusting
where drivers.driver_quantity <> 0
group by
    drivers.period_id,
    coalesce(drivers.entity_id, 'unassigned'),
    drivers.driver_name,
    drivers.customer_id,
    coalesce(drivers.product_category, 'unassigned'),
    periods.ends_on
