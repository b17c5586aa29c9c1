/*---
description = "Shipments to customers with freight, weight, pallets and days under way."
grain       = ["delivery_id"]
month       = "shipped_on"

[inputs]
"staging.stg_sales__deliveries" = "same_month"
"staging.stg_sales__orders" = { key = "order_id" }
"intermediate.int_customer_numbers" = { key = ["source_system", "local_id"], as = [
    ["source_system", "local_customer_id"],
] }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_dates" = { key = "date_on", as = ["shipped_on"] }
"intermediate.int_money_rates" = { key = ["currency_code", "rate_on"], as = [
    ["currency_code", "shipped_on"],
] }

[columns]
source_system = "Department whose customer number the shipment bears: always 'sales'."
customer_id = "Matched customer; 'unassigned' where the number is unknown."
freight_functional_amount = """Freight in the currency of the entity's books at the accounting \
rate of the day of shipment, rounded to its minor unit; null without a rate."""
freight_reporting_amount = """Freight in the group's reporting currency at the accounting rate of \
the day of shipment, rounded to its minor unit; null without a rate."""
transport_days = "Days from shipment to arrival; null while under way."
delay_days = "Days from the day wanted to arrival, negative if early; null while one is unknown."

[checks]
not_null = ["source_system", "customer_id"]
expressions = [
    { name = "arrives_later", sql = "arrived_on >= shipped_on", severity = "warning" },
]
---*/

with shipments as (
    select
        deliveries.*,
        coalesce(numbers.customer_id, 'unassigned') as matched_customer_id,
        orders.entity_id,
        orders.business_unit_id,
        orders.owner_id,
        orders.requested_on
    from staging.stg_sales__deliveries as deliveries
    left join staging.stg_sales__orders as orders
        on orders.order_id = deliveries.order_id
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'sales'
        and numbers.local_id = deliveries.customer_id
)

select
    shipments.delivery_id,
    shipments.order_id,
    'sales' as source_system,
    shipments.customer_id as local_customer_id,
    shipments.matched_customer_id as customer_id,
    customers.version_number as customer_version_number,
    shipments.entity_id,
    shipments.business_unit_id,
    shipments.owner_id,
    shipments.warehouse_id,
    dates.period_id,
    shipments.carrier_name,
    shipments.currency_code,
    rates.functional_currency_code,
    shipments.freight_amount,
    cast(
        round(shipments.freight_amount * rates.functional_rate, rates.functional_digits)
        as decimal(18, 4)
    ) as freight_functional_amount,
    cast(
        round(shipments.freight_amount * rates.reporting_rate, rates.reporting_digits)
        as decimal(18, 4)
    ) as freight_reporting_amount,
    rates.reporting_rate as exchange_rate,
    shipments.weight_kg,
    shipments.pallet_count,
    shipments.arrived_on - shipments.shipped_on as transport_days,
    shipments.arrived_on - shipments.requested_on as delay_days,
    shipments.requested_on,
    shipments.shipped_on,
    shipments.arrived_on,
    rates.rated_on
from shipments
left join marts.dim_customers as customers
    on customers.customer_id = shipments.matched_customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= shipments.shipped_on)
    and (customers.valid_to_on is null or shipments.shipped_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = shipments.shipped_on
left join intermediate.int_money_rates as rates
    on rates.entity_id = coalesce(shipments.entity_id, 'unassigned')
    and rates.currency_code = shipments.currency_code
    and rates.rate_on = shipments.shipped_on
