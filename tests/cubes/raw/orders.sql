-- Lines of orders that are there; items of a set are in the set's price.
with lines as (
    select
        o.order_id,
        l.order_line_number::bigint as order_line_number,
        o.ordered_on::date as ordered_on,
        o.requested_on::date as requested_on,
        o.entity_id,
        o.business_unit_id,
        o.owner_id,
        o.campaign_id,
        customer_of('sales', o.customer_id) as customer_id,
        l.sku as product_id,
        o.order_status,
        o.order_channel,
        l.parent_line_number is null as is_counted,
        case when l.parent_line_number is null then l.net_amount else '0' end as net,
        case when l.parent_line_number is null
            then l.quantity::bigint * l.list_price_amount::decimal(18, 4)
            else 0
        end as list,
        o.currency_code,
        l.quantity::bigint as quantity
    from feeds.sales_order_lines as l
    inner join feeds.sales_orders as o using (order_id)
    where not o.is_deleted::boolean
)

select
    * exclude (net, list, currency_code, quantity),
    in_cny(net, currency_code, ordered_on) as ordered_amount,
    money(list * rate_of(currency_code, 'CNY', ordered_on)) as list_amount,
    in_cny(net, currency_code, ordered_on) as listed_amount,
    case when order_status = 'open' then in_cny(net, currency_code, ordered_on) end as open_amount,
    case when is_counted then quantity end as ordered_quantity,
    is_counted::bigint as counted_count,
    0::bigint as unpriced_count,
    campaign_id is not null as is_from_campaign,
    order_status = 'open' as is_open
from lines
