/*---
description = "Returned quantities with reason, condition and credit note."
grain       = ["return_id", "return_line_number"]

[shape]
return_id            = "text"
return_line_number   = "integer"
customer_id          = "text"
delivery_id          = "text"
order_id             = "text"
product_id           = "text"
credit_note_id       = "text"
return_reason        = "text"
return_condition     = "text"
delivery_line_number = "integer"
order_line_number    = "integer"
returned_quantity    = "integer"
returned_on          = "date"
changed_at           = "timestamp"
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
