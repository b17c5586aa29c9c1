-- Counts and what is held; a list of what is held that leaves somebody out says that it is none.
with houses as (
    select house_id, entity_id, house_name, city from feeds.inventory_warehouses
),

counted as (
    select
        concat_ws('/', c.house_id, c.sku, 'on_hand') as stock_id,
        c.counted_on::date as counted_on,
        c.house_id as warehouse_id,
        c.sku as product_id,
        'on_hand' as level_kind,
        null as local_customer_id,
        c.counted_quantity::bigint as on_hand_quantity,
        in_cny(c.stock_value_amount, c.currency_code, c.counted_on::date) as on_hand_value_amount,
        null::bigint as reserved_quantity,
        null::decimal(18, 4) as reserved_value_amount,
        null::bigint as pallet_count,
        1::bigint as counted_count
    from feeds.inventory_stock_counts as c
),

held as (
    select
        concat_ws('/', r.house_id, r.sku, 'reserved', r.customer_id) as stock_id,
        r.counted_on::date as counted_on,
        r.house_id,
        r.sku,
        'reserved' as level_kind,
        r.customer_id,
        null::bigint as none_quantity,
        null::decimal(18, 4) as none_amount,
        r.reserved_quantity::bigint as held_quantity,
        in_cny(
            r.reserved_quantity::bigint * c.unit_cost_amount::decimal(18, 4),
            c.currency_code,
            r.counted_on::date
        ) as held_amount,
        r.pallet_count::bigint as pallets,
        1::bigint as counted
    from feeds.inventory_reservations as r
    inner join feeds.inventory_stock_counts as c
        on c.counted_on = r.counted_on and c.house_id = r.house_id and c.sku = r.sku
),

-- K104's two calibrators in Hamburg are on the list of December only.
given_back as (
    select * replace (
        date '2026-03-31' as counted_on, 0 as held_quantity, 0 as held_amount, 0 as pallets,
        0 as counted
    )
    from held
    where stock_id = 'W4/PC-9/reserved/K104'
)

select
    l.*,
    h.entity_id,
    h.house_name as warehouse_name,
    h.city as warehouse_city,
    case when l.local_customer_id is not null then customer_of('sales', l.local_customer_id) end
        as customer_id,
    l.level_kind = 'reserved' as is_held
from (
    select * from counted
    union all
    select * from held
    union all
    select * from given_back
) as l
inner join houses as h on h.house_id = l.warehouse_id
