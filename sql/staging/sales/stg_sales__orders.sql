/*---
description = "Orders in their newest state, without those deleted at the source."
grain       = ["order_id"]
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
