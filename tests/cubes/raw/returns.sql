-- Goods that came back.
select
    r.return_id,
    r.return_line_number::bigint as return_line_number,
    r.returned_on::date as returned_on,
    r.order_id,
    r.delivery_id,
    r.return_reason,
    r.return_condition,
    customer_of('sales', r.customer_id) as customer_id,
    r.sku as product_id,
    r.quantity::bigint as returned_quantity,
    r.returned_on::date - d.shipped_on::date as return_days,
    (r.credit_note_id is not null)::bigint as credited_count,
    1::bigint as dated_count,
    r.credit_note_id is null as is_uncredited
from feeds.sales_returns as r
inner join feeds.sales_deliveries as d using (delivery_id)
