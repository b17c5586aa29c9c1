/*---
description = "Movements of stock; what leaves is negative."
grain       = []   # movements have no key of their own
---*/

select
    document_id,
    house_id as warehouse_id,
    sku as product_id,
    moved_quantity,
    cost_amount,
    moved_on
from inventory.stock_moves
