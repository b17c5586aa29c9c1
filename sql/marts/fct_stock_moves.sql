/*---
description = """Goods that left or entered a warehouse and new valuations of them, one row a \
movement with its cost; what leaves is negative."""
grain       = ["stock_move_id"]
month       = "moved_on"

[inputs]
"staging.stg_inventory__stock_moves" = "same_month"
"intermediate.int_stock_document_customers" = { key = "document_id" }
"marts.dim_warehouses" = { key = "warehouse_id" }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_entities" = { key = "entity_id" }
"marts.dim_dates" = { key = "date_on", as = ["moved_on"] }

[inputs."intermediate.int_customer_numbers"]
key = ["source_system", "local_id"]
as = [["source_system", "local_customer_id"]]

[inputs."intermediate.int_rates_filled"]
key = ["from_currency_code", "to_currency_code", "rate_on"]
as = [
    ["currency_code", "functional_currency_code", "moved_on"],
    ["currency_code", "reporting_currency_code", "moved_on"],
]

[columns]
stock_move_id = """Name of the movement, made of day, warehouse, product, kind and document with a \
number for those alike in all of these, because the source gives movements no number."""
entity_id = "Legal entity that owns the warehouse."
period_id = "Regular accounting period of the day of the movement."
business_unit_id = "Unit that keeps the customer on that day; null where there is no customer."
customer_id = "Customer for whom the goods moved; 'unassigned' where no document says."
functional_currency_code = "ISO 4217 code of the books of the entity that owns the warehouse."
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
customer_version_number = "Version of the customer that is valid on the day of the movement."
functional_exchange_rate = """From the movement's currency to the entity's, on the day of the \
movement."""
exchange_rate = "From the movement's currency to the reporting one, on the day of the movement."
cost_amount = "Value at cost in the movement's currency, as stated, with the sign of the quantity."
cost_functional_amount = """Cost converted to the entity's currency at the accounting rate of the \
day of the movement and rounded to its minor unit; null where the rate is missing."""
cost_reporting_amount = """Cost converted to the reporting currency at the accounting rate of the \
day of the movement and rounded to its minor unit; null where the rate is missing."""
rated_on = "Day of the source's rate to the reporting currency; null where it is missing."

[checks]
not_null = ["moved_quantity", "cost_amount"]

[[checks.relationships]]
columns = ["warehouse_id"]
to = "marts.dim_warehouses"
key = ["warehouse_id"]
severity = { open = "warning", closed = "error", period = "period_id" }

[[checks.relationships]]
columns = ["period_id"]
to = "marts.dim_periods"
key = ["period_id"]

[[checks.relationships]]
columns = ["product_id"]
to = "marts.dim_products"
key = ["product_id"]
severity = "warning"

[closing]
period = "period_id"
entity = "entity_id"
date   = "moved_on"
negate = ["moved_quantity", "cost_amount", "cost_functional_amount", "cost_reporting_amount"]

[units]
cost_amount = "currency_code"
cost_functional_amount = "functional_currency_code"
cost_reporting_amount = "reporting_currency_code"
moved_quantity = "pieces"
---*/

-- Movements alike in all that names them are told apart by what they moved; those alike in that too
-- are interchangeable, so that the order of the source's rows does not matter.
with moves as (
    select
        warehouse_id,
        product_id,
        document_id,
        currency_code,
        move_kind,
        moved_quantity,
        cast(cost_amount as decimal(18, 4)) as cost_amount,
        moved_on,
        row_number() over (
            partition by moved_on, warehouse_id, product_id, move_kind, document_id
            order by moved_quantity, cost_amount, currency_code
        ) as alike_number
    from staging.stg_inventory__stock_moves
),

caused_moves as (
    select
        concat_ws(
            '/',
            moves.moved_on,
            moves.warehouse_id,
            moves.product_id,
            moves.move_kind,
            coalesce(moves.document_id, '-'),
            moves.alike_number
        ) as stock_move_id,
        warehouses.entity_id,
        moves.warehouse_id,
        moves.product_id,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        causes.local_customer_id,
        moves.document_id,
        causes.source_system,
        moves.move_kind,
        moves.currency_code,
        entities.functional_currency_code,
        project.reporting_currency_code,
        moves.moved_quantity,
        moves.cost_amount,
        moves.moved_on
    from moves
    cross join patron.project as project
    left join marts.dim_warehouses as warehouses
        on warehouses.warehouse_id = moves.warehouse_id
    left join marts.dim_entities as entities
        on entities.entity_id = warehouses.entity_id
    left join intermediate.int_stock_document_customers as causes
        on causes.document_id = moves.document_id
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = causes.source_system
        and numbers.local_id = causes.local_customer_id
)

select
    moves.stock_move_id,
    moves.entity_id,
    dates.period_id,
    customers.business_unit_id,
    moves.warehouse_id,
    moves.product_id,
    moves.customer_id,
    moves.local_customer_id,
    moves.document_id,
    moves.source_system,
    moves.move_kind,
    moves.currency_code,
    moves.functional_currency_code,
    moves.reporting_currency_code,
    customers.version_number as customer_version_number,
    moves.moved_quantity,
    to_functional.exchange_rate as functional_exchange_rate,
    to_reporting.exchange_rate,
    moves.cost_amount,
    cast(
        round(
            moves.cost_amount * to_functional.exchange_rate, to_functional.rounding_digits
        ) as decimal(18, 4)
    ) as cost_functional_amount,
    cast(
        round(
            moves.cost_amount * to_reporting.exchange_rate, to_reporting.rounding_digits
        ) as decimal(18, 4)
    ) as cost_reporting_amount,
    moves.moved_on,
    to_reporting.rated_on
from caused_moves as moves
left join marts.dim_dates as dates
    on dates.date_on = moves.moved_on
left join marts.dim_customers as customers
    on customers.customer_id = moves.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= moves.moved_on)
    and (customers.valid_to_on is null or moves.moved_on < customers.valid_to_on)
left join intermediate.int_rates_filled as to_functional
    on to_functional.is_accounting
    and to_functional.from_currency_code = moves.currency_code
    and to_functional.to_currency_code = moves.functional_currency_code
    and to_functional.rate_on = moves.moved_on
left join intermediate.int_rates_filled as to_reporting
    on to_reporting.is_accounting
    and to_reporting.from_currency_code = moves.currency_code
    and to_reporting.to_currency_code = moves.reporting_currency_code
    and to_reporting.rate_on = moves.moved_on
