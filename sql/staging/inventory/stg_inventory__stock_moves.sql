/*---
description = "Movements of stock; what leaves is negative."
grain       = []   # movements have no key of their own
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
