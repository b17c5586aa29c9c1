-- Lines of deliveries with what their goods cost. D2's two cables share one move; the set's items
-- are invoiced with the set.
with costs as (
    select m.document_id, m.sku, -sum(m.cost_amount::decimal(18, 4)) as cost,
        -sum(m.moved_quantity::bigint) as pieces, any_value(m.currency_code) as currency_code
    from feeds.inventory_stock_moves as m
    where m.move_kind = 'issue'
    group by m.document_id, m.sku
)

select
    l.delivery_id,
    l.delivery_line_number::bigint as delivery_line_number,
    d.shipped_on::date as shipped_on,
    d.order_id,
    o.entity_id,
    o.business_unit_id,
    o.owner_id,
    d.warehouse_id,
    d.carrier_name,
    customer_of('sales', d.customer_id) as customer_id,
    l.sku as product_id,
    in_cny(c.cost * l.quantity::bigint / c.pieces, c.currency_code, d.shipped_on::date)
        as cost_amount,
    l.quantity::bigint as delivered_quantity,
    l.quantity::bigint as costed_quantity,
    0::bigint as uncosted_count
from feeds.sales_delivery_lines as l
inner join feeds.sales_deliveries as d using (delivery_id)
inner join feeds.sales_orders as o on o.order_id = d.order_id
left join costs as c on c.document_id = l.delivery_id and c.sku = l.sku
