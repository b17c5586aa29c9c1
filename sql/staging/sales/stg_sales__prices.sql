/*---
description = "List prices and the days on which each of them holds."
grain       = ["price_list_id", "product_id", "valid_from_on"]

[shape]
price_list_id     = "text"
product_id        = "text"
valid_from_on     = "date"
currency_code     = "text"
unit_price_amount = "decimal(18,4)"
valid_to_on       = "date"
---*/

select
    price_list_id,
    sku as product_id,
    valid_from_on,
    currency_code,
    unit_price_amount,
    valid_to_on
from sales.prices
