/*---
description = "Market sizes with growth and the strongest competitor's share."
grain       = ["market_year", "product_category", "region"]

[shape]
market_year         = "integer"
product_category    = "text"
region              = "text"
currency_code       = "text"
market_source       = "text"
market_size_amount  = "decimal(18,2)"
growth_ratio        = "decimal(9,6)"
largest_rival_ratio = "decimal(9,6)"
---*/

select
    market_year,
    product_category,
    region,
    currency_code,
    market_source,
    market_size_amount,
    growth_ratio,
    largest_rival_ratio
from inputs.market_sizes
