-- Moves of stock, each at the rate of its day.
select
    m.moved_on::date as moved_on,
    m.house_id as warehouse_id,
    h.house_name as warehouse_name,
    h.entity_id,
    m.sku as product_id,
    m.move_kind,
    m.document_id,
    m.moved_quantity::bigint as moved_quantity,
    in_cny(m.cost_amount, m.currency_code, m.moved_on::date) as cost_amount,
    greatest(m.moved_quantity::bigint, 0) as in_quantity,
    least(m.moved_quantity::bigint, 0) as out_quantity,
    case when m.moved_quantity::bigint > 0
        then in_cny(m.cost_amount, m.currency_code, m.moved_on::date)
    end as in_amount,
    case when m.moved_quantity::bigint < 0
        then in_cny(m.cost_amount, m.currency_code, m.moved_on::date)
    end as out_amount,
    case when m.moved_quantity::bigint = 0
        then in_cny(m.cost_amount, m.currency_code, m.moved_on::date)
    end as revalued_amount
from feeds.inventory_stock_moves as m
inner join feeds.inventory_warehouses as h using (house_id)
