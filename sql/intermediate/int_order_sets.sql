/*---
description = """Sets on orders: what the set and its items state, and which of both carries the \
price."""
grain       = ["order_id", "set_line_number"]

[columns]
set_line_number = "Line of the set, which its items name as their parent."
item_count = "Lines that belong to the set."
set_net_amount = "Net amount that the set's own line states; null where that line is missing."
items_net_amount = "Net amount that the items' lines state in sum."
is_set_priced = "Whether the set's line carries the price; its items' amounts then do not count."
is_stated_twice = "Whether set and items both state an amount, of which only the set's counts."
---*/

with items as (
    select
        order_id,
        parent_line_number as set_line_number,
        count(*) as item_count,
        cast(sum(net_amount) as decimal(18, 4)) as items_net_amount
    from staging.stg_sales__order_lines
    where parent_line_number is not null
    group by order_id, parent_line_number
)

select
    items.order_id,
    items.set_line_number,
    items.item_count,
    cast(sets.net_amount as decimal(18, 4)) as set_net_amount,
    items.items_net_amount,
    coalesce(sets.net_amount, 0) <> 0 as is_set_priced,
    coalesce(sets.net_amount, 0) <> 0 and items.items_net_amount <> 0 as is_stated_twice
from items
left join staging.stg_sales__order_lines as sets
    on sets.order_id = items.order_id
    and sets.order_line_number = items.set_line_number
