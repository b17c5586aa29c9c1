/*---
description = "Orders in their newest state, without those deleted at the source."
grain       = ["order_id"]

[shape]
order_id         = "text"
customer_id      = "text"
contact_id       = "text"
owner_id         = "text"
business_unit_id = "text"
entity_id        = "text"
quote_id         = "text"
opportunity_id   = "text"
campaign_id      = "text"
currency_code    = "text"
order_status     = "text"
order_channel    = "text"
is_deleted       = "boolean"
ordered_on       = "date"
requested_on     = "date"
changed_at       = "timestamp"
---*/

select
    order_id,
    customer_id,
    contact_id,
    owner_id,
    business_unit_id,
    entity_id,
    quote_id,
    opportunity_id,
    campaign_id,
    currency_code,
    order_status,
    order_channel,
    is_deleted,
    ordered_on,
    requested_on,
    changed_at
from sales.orders
