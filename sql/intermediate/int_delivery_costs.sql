/*---
description = "What the stock moves of a delivery or return cost, one row a document and product."
grain       = ["document_id", "product_id"]

[columns]
cost_amount = """Value at cost of what left the warehouse, positive, in the currency of the \
moves; negative for returns; null where the moves have several currencies."""
moved_quantity = "Pieces that left the warehouse, positive; negative for returns."
currency_code = "ISO 4217 code of the cost; null where the moves have several currencies."
warehouse_id = "Warehouse from which, or to which, the moves went; null where there were several."
---*/

with document_moves as (
    select
        document_id,
        product_id,
        min(currency_code) as first_currency_code,
        max(currency_code) as last_currency_code,
        min(warehouse_id) as first_warehouse_id,
        max(warehouse_id) as last_warehouse_id,
        sum(moved_quantity) as moved_quantity,
        sum(cost_amount) as cost_amount
    from staging.stg_inventory__stock_moves
    where document_id is not null and move_kind in ('issue', 'return')
    group by document_id, product_id
)

select
    document_id,
    product_id,
    case when first_warehouse_id = last_warehouse_id then first_warehouse_id end as warehouse_id,
    case when first_currency_code = last_currency_code then first_currency_code end
        as currency_code,
    -moved_quantity as moved_quantity,
    case when first_currency_code = last_currency_code
        then cast(-cost_amount as decimal(18, 4))
    end as cost_amount
from document_moves
