/*---
description = "Returned quantities with reason, condition and credit note."
grain       = ["return_id", "return_line_number"]
---*/

select
    return_id,
    return_line_number,
    customer_id,
    delivery_id,
    order_id,
    sku as product_id,
    credit_note_id,
    return_reason,
    return_condition,
    delivery_line_number,
    order_line_number,
    quantity as returned_quantity,
    returned_on,
    changed_at
from sales.returns
