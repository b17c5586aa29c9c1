/*---
description = """How large markets are thought to be, by year, category and region, in the \
reporting currency."""
label = { en = "Market sizes", "zh-CN" = "市场规模" }
grain = ["market_year", "product_category", "region"]
views = ["company"]

[dimensions.market_year]
label = { en = "Year", "zh-CN" = "年份" }
description = "Calendar year of which the size is."

[dimensions.product_category]
description = "Category of the products of the market."
shared = "product_category"

[dimensions.region]
description = "Sales region of the market."
shared = "region"

[dimensions.market_source]
label = { en = "Source", "zh-CN" = "来源" }
description = "Where the estimate is from."

[hierarchies.markets]
label = { en = "Markets", "zh-CN" = "市场" }
levels = ["product_category", "region"]

[measures.market_size_amount]
label = { en = "Size of the market", "zh-CN" = "市场规模" }
description = "What is sold there in a year, by all, at the rate of the middle of the year."
unit = "reporting_currency"
additivity = "additive"
column = "market_amount"

[measures.largest_rival_amount]
label = { en = "Sold by the strongest rival", "zh-CN" = "最强对手销售额" }
description = "What the strongest competitor sells there."
unit = "reporting_currency"
additivity = "additive"
column = "rival_amount"

[measures.largest_rival_ratio]
label = { en = "Share of the strongest rivals", "zh-CN" = "最强对手份额" }
description = "What the strongest competitors sell over the size of the markets."
unit = "ratio"
additivity = "ratio"
numerator = "largest_rival_amount"
denominator = "market_size_amount"

[measures.market_count]
label = { en = "Markets", "zh-CN" = "市场数" }
description = "How many markets and years are estimated."
additivity = "additive"
aggregate = "count"

[measures.unpriced_market_count]
label = { en = "Markets without a rate", "zh-CN" = "缺汇率市场数" }
description = "Estimates that no sum holds, because the reporting currency has no rate."
additivity = "additive"
column = "unpriced_count"
---*/

select
    product_category,
    region,
    market_source,
    market_year,
    market_size_reporting_amount as market_amount,
    cast(round(market_size_reporting_amount * largest_rival_ratio, 4) as decimal(18, 4))
        as rival_amount,
    case when market_size_reporting_amount is null then 1 else 0 end as unpriced_count
from marts.fct_market_size
