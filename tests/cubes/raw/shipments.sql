-- Deliveries with their freight, and how they kept to the day that was asked for.
select
    d.delivery_id,
    d.shipped_on::date as shipped_on,
    d.arrived_on::date as arrived_on,
    o.requested_on::date as requested_on,
    d.order_id,
    o.entity_id,
    o.business_unit_id,
    o.owner_id,
    d.warehouse_id,
    d.carrier_name,
    customer_of('sales', d.customer_id) as customer_id,
    in_cny(d.freight_amount, d.currency_code, d.shipped_on::date) as freight_amount,
    0::bigint as unpriced_count,
    d.weight_kg::decimal(18, 3) as weight_kg,
    d.pallet_count::bigint as pallet_count,
    d.arrived_on::date - d.shipped_on::date as transport_days,
    (d.arrived_on is not null)::bigint as arrived_count,
    (d.arrived_on is not null)::bigint as timed_count,
    coalesce(d.arrived_on::date <= o.requested_on::date, false)::bigint as punctual_count,
    coalesce(d.arrived_on::date > o.requested_on::date, false) as is_late,
    d.arrived_on is null as is_under_way
from feeds.sales_deliveries as d
inner join feeds.sales_orders as o using (order_id)
