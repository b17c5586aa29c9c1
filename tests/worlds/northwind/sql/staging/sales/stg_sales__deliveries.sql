/*---
description = "Shipments; freight is what the carrier asks."
grain       = ["delivery_id"]

[shape]
delivery_id = "text"
order_id = "text"
customer_id = "text"
warehouse_id = "text"
carrier_name = "text"
currency_code = "text"
freight_amount = "decimal(18,4)"
weight_kg = "decimal(18,3)"
pallet_count = "integer"
shipped_on = "date"
arrived_on = "date"
changed_at = "timestamp"
---*/

select
    cast(order_id as varchar) as delivery_id,
    cast(order_id as varchar) as order_id,
    customer_id,
    cast(null as varchar) as warehouse_id,
    carrier_name,
    'USD' as currency_code,
    freight_amount,
    cast(null as decimal(18, 3)) as weight_kg,
    cast(null as bigint) as pallet_count,
    shipped_on,
    cast(null as date) as arrived_on,
    cast(null as timestamp) as changed_at
from northwind.shipments
