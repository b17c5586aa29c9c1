/*---
description = "Offers with the days on which they bind."
grain       = ["quote_id"]
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
