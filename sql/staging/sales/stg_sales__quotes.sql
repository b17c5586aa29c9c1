/*---
description = "Offers with the days on which they bind."
grain       = ["quote_id"]

[shape]
quote_id       = "text"
customer_id    = "text"
contact_id     = "text"
owner_id       = "text"
opportunity_id = "text"
currency_code  = "text"
quote_status   = "text"
quoted_on      = "date"
valid_from_on  = "date"
valid_to_on    = "date"
changed_at     = "timestamp"
---*/

select
    quote_id,
    customer_id,
    contact_id,
    owner_id,
    opportunity_id,
    currency_code,
    quote_status,
    quoted_on,
    valid_from_on,
    valid_to_on,
    changed_at
from sales.quotes
