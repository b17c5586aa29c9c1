/*---
description = "Movements of stock; what leaves is negative."
grain       = []   # movements have no key
---*/

select
    document as document_id,
    house as warehouse_id,
    sku as product_id,
    quantity as moved_quantity,
    cost_amount,
    moved_on
from inventory.stock_moves
