/*---
description = "Market sizes with growth and the strongest competitor's share."
grain       = ["market_year", "product_category", "region"]
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
