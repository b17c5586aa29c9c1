/*---
description = "Delivered quantities by order line, with what they cost and what was billed of them."
grain       = ["delivery_id", "delivery_line_number"]
month       = "changed_at"

[inputs]
"staging.stg_sales__delivery_lines" = "same_month"
"staging.stg_sales__deliveries" = { key = "delivery_id" }
"staging.stg_sales__orders" = { key = "order_id" }
"intermediate.int_delivery_costs" = { key = ["document_id", "product_id"], as = [
    ["delivery_id", "product_id"],
] }
"intermediate.int_delivery_products" = { key = ["delivery_id", "product_id"] }
"intermediate.int_delivery_lines_repeated" = { key = ["delivery_id", "delivery_line_number"] }
"intermediate.int_delivery_lines_invoiced" = { key = ["delivery_id", "delivery_line_number"] }
"intermediate.int_customer_numbers" = { key = ["source_system", "local_id"], as = [
    ["source_system", "local_customer_id"],
] }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_dates" = { key = "date_on", as = ["shipped_on"] }
"intermediate.int_money_rates" = { key = ["currency_code", "rate_on"], as = [
    ["currency_code", "shipped_on"],
] }

[columns]
source_system = "Department whose customer number the delivery bears: always 'sales'."
local_customer_id = "Customer number of the delivery or, where that is unknown, of the order."
customer_id = "Matched customer; 'unassigned' where the number, or the delivery, is unknown."
currency_code = "ISO 4217 code in which the warehouse states the cost."
delivered_quantity = "Pieces delivered; items of a set are delivered, the set itself is not."
invoiced_quantity = "Pieces billed so far, over all invoices; 0 where none names the line."
invoice_count = "Invoices that bill pieces of this line; 0 where none does."
open_quantity = "Pieces delivered and not billed yet; negative where more was billed."
cost_amount = """Value at cost of what left the warehouse, in the currency of the stock moves; \
null where no move names delivery and product. A move for several lines is split by quantity."""
cost_functional_amount = """Cost in the currency of the entity's books at the accounting rate of \
the day of shipment, rounded to its minor unit; null without a rate."""
cost_reporting_amount = """Cost in the group's reporting currency at the accounting rate of the \
day of shipment, rounded to its minor unit; null without a rate."""

[checks]
not_null = ["source_system", "customer_id"]
relationships = [
    { columns = ["product_id"], to = "marts.dim_products", key = [
        "product_id",
    ], severity = "warning" },
    { columns = ["order_id", "order_line_number"], to = "marts.fct_order_lines", key = [
        "order_id", "order_line_number",
    ], severity = "warning" },
]
---*/

with shipped_lines as (
    select
        lines.*,
        coalesce(deliveries.customer_id, orders.customer_id) as local_customer_id,
        orders.entity_id,
        orders.business_unit_id,
        orders.owner_id,
        deliveries.warehouse_id,
        deliveries.carrier_name,
        deliveries.shipped_on,
        deliveries.arrived_on
    from staging.stg_sales__delivery_lines as lines
    left join staging.stg_sales__deliveries as deliveries
        on deliveries.delivery_id = lines.delivery_id
    left join staging.stg_sales__orders as orders
        on orders.order_id = lines.order_id
),

-- A line's part is the difference of two rounded totals, so that the parts sum to the whole cost.
-- Division of decimals truncates, so that the dividend is made wide before it is rounded.
split_costs as (
    select
        lines.*,
        costs.currency_code,
        case
            when products.line_count = 1 then costs.cost_amount
            else cast(
                round(
                    cast(
                        costs.cost_amount * (repeated.quantity_before + lines.delivered_quantity)
                        as decimal(38, 10)
                    ) / nullif(products.product_quantity, 0),
                    coalesce(units.minor_unit_digits, 2)
                ) - round(
                    cast(costs.cost_amount * repeated.quantity_before as decimal(38, 10))
                    / nullif(products.product_quantity, 0),
                    coalesce(units.minor_unit_digits, 2)
                ) as decimal(18, 4)
            )
        end as cost_amount
    from shipped_lines as lines
    left join intermediate.int_delivery_products as products
        on products.delivery_id = lines.delivery_id
        and products.product_id = lines.product_id
    left join intermediate.int_delivery_lines_repeated as repeated
        on repeated.delivery_id = lines.delivery_id
        and repeated.delivery_line_number = lines.delivery_line_number
    left join intermediate.int_delivery_costs as costs
        on costs.document_id = lines.delivery_id
        and costs.product_id = lines.product_id
    left join marts.dim_currencies as units
        on units.currency_code = costs.currency_code
),

known_customers as (
    select
        lines.*,
        coalesce(numbers.customer_id, 'unassigned') as customer_id
    from split_costs as lines
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'sales'
        and numbers.local_id = lines.local_customer_id
)

select
    lines.delivery_id,
    lines.delivery_line_number,
    lines.order_id,
    lines.order_line_number,
    lines.product_id,
    'sales' as source_system,
    lines.local_customer_id,
    lines.customer_id,
    customers.version_number as customer_version_number,
    lines.entity_id,
    lines.business_unit_id,
    lines.owner_id,
    lines.warehouse_id,
    dates.period_id,
    lines.carrier_name,
    lines.currency_code,
    rates.functional_currency_code,
    lines.delivered_quantity,
    coalesce(invoiced.invoiced_quantity, 0) as invoiced_quantity,
    lines.delivered_quantity - coalesce(invoiced.invoiced_quantity, 0) as open_quantity,
    coalesce(invoiced.invoice_count, 0) as invoice_count,
    lines.cost_amount,
    cast(
        round(lines.cost_amount * rates.functional_rate, rates.functional_digits)
        as decimal(18, 4)
    ) as cost_functional_amount,
    cast(
        round(lines.cost_amount * rates.reporting_rate, rates.reporting_digits)
        as decimal(18, 4)
    ) as cost_reporting_amount,
    rates.reporting_rate as exchange_rate,
    lines.shipped_on,
    lines.arrived_on,
    invoiced.first_invoiced_on,
    invoiced.last_invoiced_on,
    rates.rated_on,
    lines.changed_at
from known_customers as lines
left join intermediate.int_delivery_lines_invoiced as invoiced
    on invoiced.delivery_id = lines.delivery_id
    and invoiced.delivery_line_number = lines.delivery_line_number
left join marts.dim_customers as customers
    on customers.customer_id = lines.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= lines.shipped_on)
    and (customers.valid_to_on is null or lines.shipped_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = lines.shipped_on
left join intermediate.int_money_rates as rates
    on rates.entity_id = coalesce(lines.entity_id, 'unassigned')
    and rates.currency_code = lines.currency_code
    and rates.rate_on = lines.shipped_on
