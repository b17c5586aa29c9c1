/*---
description = """What left a warehouse by a document cost, one row a document and product: as \
booked or, where standard cost is declared, at the unit cost of the day."""
grain       = ["document_id", "product_id"]

[columns]
entity_id = "Legal entity that owns the warehouse; null where the moves have several."
local_customer_id = "Number of the customer for whom the goods moved."
source_system = "Department whose number that is."
period_id = "Regular accounting period of the first move."
currency_code = "ISO 4217 code of the moves; null where they have several currencies."
issued_quantity = "Pieces that left, positive; negative for returns."
cost_amount = """Cost of what left, positive, in the currency of the moves: booked cost, or, on \
days on which the parameter inventory_valuation says standard, quantity times unit cost. Null \
where the moves have several currencies or the unit cost is not known; negative for returns."""
cost_functional_amount = """Cost in the currency of the entity's books at the rate of the day of \
the move; null where an amount or its rate is missing or the moves are of several entities."""
cost_reporting_amount = "Cost in the reporting currency, likewise."
variance_functional_amount = """Booked cost less cost, in the currency of the entity's books: 0 \
unless standard cost is declared."""
variance_reporting_amount = "Booked cost less cost, in the reporting currency."
moved_on = "Day of the first move."
is_standard = "Whether a move was valued at standard cost."
---*/

with valuations as (
    select
        parameter_value,
        valid_from_on,
        lead(valid_from_on) over (order by valid_from_on) as valid_until_on
    from staging.stg_inputs__parameters
    where parameter_name = 'inventory_valuation'
),

-- Days are few: which of them are valued at standard cost is known before the moves are read.
standard_days as (
    select dates.date_on
    from marts.dim_dates as dates
    inner join valuations
        on valuations.valid_from_on <= dates.date_on
        and (valuations.valid_until_on is null or dates.date_on < valuations.valid_until_on)
    where valuations.parameter_value = 'standard'
),

unit_costs as (
    select
        warehouse_id,
        product_id,
        currency_code,
        unit_cost_amount,
        valid_from_on,
        lead(valid_from_on) over (
            partition by warehouse_id, product_id
            order by valid_from_on
        ) as valid_until_on
    from staging.stg_inventory__stock_costs
),

-- A move of a day of standard cost whose unit cost nobody states has no cost.
priced_moves as (
    select
        moves.document_id,
        moves.product_id,
        moves.entity_id,
        moves.local_customer_id,
        moves.source_system,
        moves.currency_code,
        moves.functional_currency_code,
        moves.reporting_currency_code,
        moves.functional_exchange_rate,
        moves.exchange_rate,
        moves.moved_quantity,
        standard_days.date_on is not null as is_standard,
        moves.cost_amount as booked_amount,
        moves.cost_functional_amount as booked_functional_amount,
        moves.cost_reporting_amount as booked_reporting_amount,
        cast(
            round(
                moves.moved_quantity * unit_costs.unit_cost_amount,
                coalesce(units.minor_unit_digits, 2)
            ) as decimal(18, 4)
        ) as standard_amount,
        moves.moved_on
    from marts.fct_stock_moves as moves
    left join standard_days
        on standard_days.date_on = moves.moved_on
    left join unit_costs
        on unit_costs.warehouse_id = moves.warehouse_id
        and unit_costs.product_id = moves.product_id
        and unit_costs.currency_code = moves.currency_code
        and unit_costs.valid_from_on <= standard_days.date_on
        and (
            unit_costs.valid_until_on is null
            or standard_days.date_on < unit_costs.valid_until_on
        )
    left join marts.dim_currencies as units
        on units.currency_code = moves.currency_code
    where moves.move_kind in ('issue', 'return')
        and moves.document_id is not null
),

valued_moves as (
    select
        moves.*,
        case when moves.is_standard then moves.standard_amount else moves.booked_amount end
            as cost_amount,
        case
            when not moves.is_standard then moves.booked_functional_amount
            else cast(
                round(
                    moves.standard_amount * moves.functional_exchange_rate,
                    coalesce(functional_units.minor_unit_digits, 2)
                ) as decimal(18, 4)
            )
        end as cost_functional_amount,
        case
            when not moves.is_standard then moves.booked_reporting_amount
            else cast(
                round(
                    moves.standard_amount * moves.exchange_rate,
                    coalesce(reporting_units.minor_unit_digits, 2)
                ) as decimal(18, 4)
            )
        end as cost_reporting_amount
    from priced_moves as moves
    left join marts.dim_currencies as functional_units
        on functional_units.currency_code = moves.functional_currency_code
    left join marts.dim_currencies as reporting_units
        on reporting_units.currency_code = moves.reporting_currency_code
),

documents as (
    select
        document_id,
        product_id,
        min(entity_id) as entity_id,
        max(entity_id) as last_entity_id,
        min(local_customer_id) as local_customer_id,
        min(source_system) as source_system,
        min(currency_code) as currency_code,
        max(currency_code) as last_currency_code,
        bool_or(is_standard) as is_standard,
        sum(moved_quantity) as moved_quantity,
        sum(cost_amount) as cost_amount,
        sum(cost_functional_amount) as cost_functional_amount,
        sum(cost_reporting_amount) as cost_reporting_amount,
        sum(booked_functional_amount) as booked_functional_amount,
        sum(booked_reporting_amount) as booked_reporting_amount,
        count(*) as move_count,
        count(cost_amount) as cost_count,
        count(cost_functional_amount) as functional_count,
        count(cost_reporting_amount) as reporting_count,
        min(moved_on) as moved_on
    from valued_moves
    group by document_id, product_id
)

select
    documents.document_id,
    documents.product_id,
    case when documents.entity_id = documents.last_entity_id then documents.entity_id end
        as entity_id,
    documents.local_customer_id,
    documents.source_system,
    dates.period_id,
    case
        when documents.currency_code = documents.last_currency_code then documents.currency_code
    end as currency_code,
    -documents.moved_quantity as issued_quantity,
    case
        when documents.currency_code = documents.last_currency_code
            and documents.cost_count = documents.move_count
            then cast(-documents.cost_amount as decimal(18, 4))
    end as cost_amount,
    case
        when documents.entity_id = documents.last_entity_id
            and documents.functional_count = documents.move_count
            then cast(-documents.cost_functional_amount as decimal(18, 4))
    end as cost_functional_amount,
    case
        when documents.reporting_count = documents.move_count
            then cast(-documents.cost_reporting_amount as decimal(18, 4))
    end as cost_reporting_amount,
    case
        when documents.entity_id = documents.last_entity_id
            and documents.functional_count = documents.move_count
            then cast(
                documents.cost_functional_amount - documents.booked_functional_amount
                as decimal(18, 4)
            )
    end as variance_functional_amount,
    case
        when documents.reporting_count = documents.move_count
            then cast(
                documents.cost_reporting_amount - documents.booked_reporting_amount
                as decimal(18, 4)
            )
    end as variance_reporting_amount,
    documents.is_standard,
    documents.moved_on
from documents
left join marts.dim_dates as dates
    on dates.date_on = documents.moved_on
