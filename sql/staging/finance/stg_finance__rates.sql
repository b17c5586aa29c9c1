/*---
description = "Average and closing rates of currencies."
grain       = ["rate_kind", "rated_on", "from_currency_code", "to_currency_code"]
---*/

select
    rate_kind,
    rated_on,
    from_currency_code,
    to_currency_code,
    exchange_rate
from finance.rates
