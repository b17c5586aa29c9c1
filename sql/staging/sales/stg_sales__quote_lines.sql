/*---
description = "Offered products, quantities and prices in the currency of the offer."
grain       = ["quote_id", "quote_line_number"]

[shape]
quote_id          = "text"
quote_line_number = "integer"
product_id        = "text"
currency_code     = "text"
quoted_quantity   = "integer"
list_price_amount = "decimal(18,4)"
unit_price_amount = "decimal(18,4)"
net_amount        = "decimal(18,2)"
---*/

select
    quote_id,
    quote_line_number,
    sku as product_id,
    currency_code,
    quantity as quoted_quantity,
    list_price_amount,
    unit_price_amount,
    net_amount
from sales.quote_lines
