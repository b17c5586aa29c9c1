/*---
description = "Average and closing rates of currencies."
grain       = ["rate_kind", "rated_on", "from_currency_code", "to_currency_code"]

[shape]
rate_kind          = "text"
rated_on           = "date"
from_currency_code = "text"
to_currency_code   = "text"
exchange_rate      = "decimal(18,8)"
---*/

select
    rate_kind,
    rated_on,
    from_currency_code,
    to_currency_code,
    exchange_rate
from finance.rates
