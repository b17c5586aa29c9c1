/*---
description = "Shipments with carrier, freight, weight and pallets."
grain       = ["delivery_id"]
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
