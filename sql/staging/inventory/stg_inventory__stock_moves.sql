/*---
description = "Movements of stock; what leaves is negative."
grain       = []   # movements have no key of their own

[shape]
warehouse_id   = "text"
product_id     = "text"
document_id    = "text"
currency_code  = "text"
move_kind      = "text"
moved_quantity = "integer"
cost_amount    = "decimal(18,2)"
moved_on       = "date"
---*/

select
    house_id as warehouse_id,
    sku as product_id,
    document_id,
    currency_code,
    move_kind,
    moved_quantity,
    cost_amount,
    moved_on
from inventory.stock_moves
