/*---
description = "Shipments with carrier, freight, weight and pallets."
grain       = ["delivery_id"]

[shape]
delivery_id    = "text"
order_id       = "text"
customer_id    = "text"
warehouse_id   = "text"
carrier_name   = "text"
currency_code  = "text"
freight_amount = "decimal(18,2)"
weight_kg      = "decimal(18,3)"
pallet_count   = "integer"
shipped_on     = "date"
arrived_on     = "date"
changed_at     = "timestamp"
---*/

select
    delivery_id,
    order_id,
    customer_id,
    warehouse_id,
    carrier_name,
    currency_code,
    freight_amount,
    weight_kg,
    pallet_count,
    shipped_on,
    arrived_on,
    changed_at
from sales.deliveries
