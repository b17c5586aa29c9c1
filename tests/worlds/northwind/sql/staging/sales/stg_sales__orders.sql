/*---
description = "Orders, invoiced as soon as they are shipped."
grain       = ["order_id"]

[shape]
order_id = "text"
customer_id = "text"
contact_id = "text"
owner_id = "text"
business_unit_id = "text"
entity_id = "text"
quote_id = "text"
opportunity_id = "text"
campaign_id = "text"
currency_code = "text"
order_status = "text"
order_channel = "text"
is_deleted = "boolean"
ordered_on = "date"
requested_on = "date"
changed_at = "timestamp"
---*/

select
    cast(order_id as varchar) as order_id,
    customer_id,
    customer_id as contact_id,
    cast(employee_id as varchar) as owner_id,
    cast(null as varchar) as business_unit_id,
    'NW' as entity_id,
    cast(null as varchar) as quote_id,
    cast(null as varchar) as opportunity_id,
    cast(null as varchar) as campaign_id,
    'USD' as currency_code,
    case when shipped_date is null then 'open' else 'delivered' end as order_status,
    cast(null as varchar) as order_channel,
    false as is_deleted,
    order_date as ordered_on,
    required_date as requested_on,
    cast(null as timestamp) as changed_at
from northwind.orders
