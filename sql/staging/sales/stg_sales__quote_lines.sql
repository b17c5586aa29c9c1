/*---
description = "Offered products, quantities and prices in the currency of the offer."
grain       = ["quote_id", "quote_line_number"]
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
