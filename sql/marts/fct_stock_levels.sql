/*---
description = """Stock at each count: one row a warehouse and product for what lies there, and one \
for each customer for whom some of it is held. Levels add up over warehouses and products, never \
over days."""
grain       = ["stock_level_id"]
month       = "counted_on"

[inputs]
"staging.stg_inventory__stock_counts" = "same_month"
"staging.stg_inventory__reservations" = "same_month"
"marts.dim_warehouses" = { key = "warehouse_id" }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_entities" = { key = "entity_id" }
"marts.dim_dates" = { key = "date_on", as = ["counted_on"] }

[inputs."staging.stg_inventory__stock_costs"]
key = ["warehouse_id", "product_id"]
as = [["warehouse_id", "product_id"]]

[inputs."intermediate.int_customer_numbers"]
key = ["source_system", "local_id"]
as = [["source_system", "local_customer_id"]]

[inputs."intermediate.int_rates_filled"]
key = ["from_currency_code", "to_currency_code", "rate_on"]
as = [
    ["currency_code", "functional_currency_code", "counted_on"],
    ["currency_code", "reporting_currency_code", "counted_on"],
]

[columns]
stock_level_id = "Name of the level, made of day, warehouse, product, kind and the holder's number."
entity_id = "Legal entity that owns the warehouse."
period_id = "Regular accounting period of the day of the count."
business_unit_id = "Unit that keeps the customer on that day; null where nobody is named."
customer_id = "Customer for whom the stock is held; 'unassigned' for what lies there."
local_customer_id = "Number in sales of the customer for whom the stock is held."
source_system = "Department whose number the local customer is: sales."
level_kind = """on_hand for all that lies there, what is reserved included; reserved for what is \
held for a customer. Each has quantities and values of its own, so that no sum counts a piece \
twice."""
currency_code = """ISO 4217 code of the valuation: that of the count, else of the cost, else the \
house."""
functional_currency_code = "ISO 4217 code of the books of the entity that owns the warehouse."
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
customer_version_number = "Version of the customer that is valid on the day of the count."
on_hand_quantity = "Pieces that lie there, reserved ones included; null for a reservation."
reserved_quantity = "Pieces that are held for the customer; null for what lies there."
pallet_count = "Places that the reservation takes; null for what lies there."
unit_cost_amount = "Cost of one piece as counted, else the valuation of that day."
functional_exchange_rate = "From the valuation's currency to the entity's, on the day of the count."
exchange_rate = "From the valuation's currency to the reporting one, on the day of the count."
on_hand_value_amount = """Value of what lies there as its count states it, else quantity times \
unit cost, rounded to four decimals; null for a reservation."""
reserved_value_amount = """Value of what is held: its quantity times the unit cost, rounded to \
four decimals; part of the value on hand."""
on_hand_value_functional_amount = """Value on hand in the entity's currency, at the accounting \
rate of the day and rounded to its minor unit; null where the rate is missing."""
reserved_value_functional_amount = "Reserved value in the entity's currency, converted likewise."
on_hand_value_reporting_amount = """Value on hand in the reporting currency, at the accounting \
rate of the day and rounded to its minor unit; null where the rate is missing."""
reserved_value_reporting_amount = "Reserved value in the reporting currency, converted likewise."
rated_on = "Day of the source's rate to the reporting currency; null where it is missing."

[checks]
not_null = ["counted_on", "warehouse_id", "product_id"]
accepted = { level_kind = ["on_hand", "reserved"] }

[[checks.relationships]]
columns = ["warehouse_id"]
to = "marts.dim_warehouses"
key = ["warehouse_id"]
severity = "warning"

[[checks.relationships]]
columns = ["product_id"]
to = "marts.dim_products"
key = ["product_id"]
severity = "warning"
---*/

with levels as (
    select
        counted_on,
        warehouse_id,
        product_id,
        cast(null as text) as local_customer_id,
        'on_hand' as level_kind,
        currency_code,
        counted_quantity as on_hand_quantity,
        cast(null as bigint) as reserved_quantity,
        cast(null as bigint) as pallet_count,
        unit_cost_amount,
        cast(stock_value_amount as decimal(18, 4)) as on_hand_value_amount
    from staging.stg_inventory__stock_counts
    union all
    select
        reservations.counted_on,
        reservations.warehouse_id,
        reservations.product_id,
        reservations.customer_id as local_customer_id,
        'reserved' as level_kind,
        counts.currency_code,
        cast(null as bigint) as on_hand_quantity,
        reservations.reserved_quantity,
        reservations.pallet_count,
        counts.unit_cost_amount,
        cast(null as decimal(18, 4)) as on_hand_value_amount
    from staging.stg_inventory__reservations as reservations
    left join staging.stg_inventory__stock_counts as counts
        on counts.counted_on = reservations.counted_on
        and counts.warehouse_id = reservations.warehouse_id
        and counts.product_id = reservations.product_id
),

valuations as (
    select
        warehouse_id,
        product_id,
        currency_code,
        unit_cost_amount,
        valid_from_on,
        lead(valid_from_on) over (
            partition by warehouse_id, product_id
            order by valid_from_on
        ) as valid_to_on
    from staging.stg_inventory__stock_costs
),

costed_levels as (
    select
        levels.counted_on,
        levels.warehouse_id,
        levels.product_id,
        levels.local_customer_id,
        levels.level_kind,
        -- A cost and its currency come from one place: where the count gives no cost, its currency
        -- says nothing.
        case
            when levels.unit_cost_amount is null and levels.on_hand_value_amount is null
                then coalesce(valuations.currency_code, warehouses.currency_code)
            else coalesce(levels.currency_code, warehouses.currency_code)
        end as currency_code,
        levels.on_hand_quantity,
        levels.reserved_quantity,
        levels.pallet_count,
        case
            when levels.unit_cost_amount is null and levels.on_hand_value_amount is null
                then valuations.unit_cost_amount
            else levels.unit_cost_amount
        end as unit_cost_amount,
        levels.on_hand_value_amount,
        warehouses.entity_id,
        entities.functional_currency_code
    from levels
    left join valuations
        on valuations.warehouse_id = levels.warehouse_id
        and valuations.product_id = levels.product_id
        and valuations.valid_from_on <= levels.counted_on
        and (valuations.valid_to_on is null or levels.counted_on < valuations.valid_to_on)
    left join marts.dim_warehouses as warehouses
        on warehouses.warehouse_id = levels.warehouse_id
    left join marts.dim_entities as entities
        on entities.entity_id = warehouses.entity_id
),

valued_levels as (
    select
        costed.counted_on,
        costed.warehouse_id,
        costed.product_id,
        costed.local_customer_id,
        costed.level_kind,
        costed.currency_code,
        costed.on_hand_quantity,
        costed.reserved_quantity,
        costed.pallet_count,
        costed.unit_cost_amount,
        coalesce(
            costed.on_hand_value_amount,
            cast(costed.on_hand_quantity * costed.unit_cost_amount as decimal(18, 4))
        ) as on_hand_value_amount,
        cast(costed.reserved_quantity * costed.unit_cost_amount as decimal(18, 4))
            as reserved_value_amount,
        costed.entity_id,
        costed.functional_currency_code,
        project.reporting_currency_code,
        coalesce(numbers.customer_id, 'unassigned') as customer_id
    from costed_levels as costed
    cross join patron.project as project
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'sales'
        and numbers.local_id = costed.local_customer_id
)

select
    concat_ws(
        '/',
        levels.counted_on,
        levels.warehouse_id,
        levels.product_id,
        levels.level_kind,
        levels.local_customer_id
    ) as stock_level_id,
    levels.entity_id,
    dates.period_id,
    customers.business_unit_id,
    levels.warehouse_id,
    levels.product_id,
    levels.customer_id,
    levels.local_customer_id,
    case when levels.local_customer_id is not null then 'sales' end as source_system,
    levels.level_kind,
    levels.currency_code,
    levels.functional_currency_code,
    levels.reporting_currency_code,
    customers.version_number as customer_version_number,
    levels.on_hand_quantity,
    levels.reserved_quantity,
    levels.pallet_count,
    levels.unit_cost_amount,
    to_functional.exchange_rate as functional_exchange_rate,
    to_reporting.exchange_rate,
    levels.on_hand_value_amount,
    levels.reserved_value_amount,
    cast(
        round(
            levels.on_hand_value_amount * to_functional.exchange_rate,
            to_functional.rounding_digits
        ) as decimal(18, 4)
    ) as on_hand_value_functional_amount,
    cast(
        round(
            levels.reserved_value_amount * to_functional.exchange_rate,
            to_functional.rounding_digits
        ) as decimal(18, 4)
    ) as reserved_value_functional_amount,
    cast(
        round(
            levels.on_hand_value_amount * to_reporting.exchange_rate,
            to_reporting.rounding_digits
        ) as decimal(18, 4)
    ) as on_hand_value_reporting_amount,
    cast(
        round(
            levels.reserved_value_amount * to_reporting.exchange_rate,
            to_reporting.rounding_digits
        ) as decimal(18, 4)
    ) as reserved_value_reporting_amount,
    levels.counted_on,
    to_reporting.rated_on
from valued_levels as levels
left join marts.dim_dates as dates
    on dates.date_on = levels.counted_on
left join marts.dim_customers as customers
    on customers.customer_id = levels.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= levels.counted_on)
    and (customers.valid_to_on is null or levels.counted_on < customers.valid_to_on)
left join intermediate.int_rates_filled as to_functional
    on to_functional.is_accounting
    and to_functional.from_currency_code = levels.currency_code
    and to_functional.to_currency_code = levels.functional_currency_code
    and to_functional.rate_on = levels.counted_on
left join intermediate.int_rates_filled as to_reporting
    on to_reporting.is_accounting
    and to_reporting.from_currency_code = levels.currency_code
    and to_reporting.to_currency_code = levels.reporting_currency_code
    and to_reporting.rate_on = levels.counted_on
