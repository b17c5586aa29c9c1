/*---
description = "What the goods of each delivery line cost, in the three currencies."
grain       = ["delivery_id", "delivery_line_number"]

[columns]
entity_id = "Legal entity that owns the warehouse."
currency_code = "ISO 4217 code in which the warehouse states the cost."
delivered_quantity = "Pieces that the line brought."
cost_amount = """Cost in the currency of the moves, positive; null where no move names delivery \
and product. What a move brings for several lines is split by quantity, the parts sum to the \
whole."""
cost_functional_amount = "Cost in the currency of the entity's books, likewise."
cost_reporting_amount = "Cost in the reporting currency, likewise."
variance_functional_amount = """Booked cost less cost in the currency of the entity's books: 0 \
unless standard cost is declared."""
variance_reporting_amount = "Booked cost less cost in the reporting currency."
---*/

with placed_lines as (
    select
        lines.delivery_id,
        lines.delivery_line_number,
        lines.order_id,
        lines.order_line_number,
        lines.product_id,
        lines.delivered_quantity,
        costs.entity_id,
        costs.currency_code,
        coalesce(units.minor_unit_digits, 2) as digits,
        coalesce(functional_units.minor_unit_digits, 2) as functional_digits,
        coalesce(reporting_units.minor_unit_digits, 2) as reporting_digits,
        products.line_count,
        cast(coalesce(repeated.quantity_before, 0) as decimal(18, 0)) as quantity_before,
        cast(
            coalesce(repeated.quantity_before, 0) + lines.delivered_quantity as decimal(18, 0)
        ) as quantity_after,
        nullif(products.product_quantity, 0) as product_quantity,
        costs.cost_amount,
        costs.cost_functional_amount,
        costs.cost_reporting_amount,
        costs.variance_functional_amount,
        costs.variance_reporting_amount
    from staging.stg_sales__delivery_lines as lines
    cross join patron.project as project
    left join intermediate.int_delivery_products as products
        on products.delivery_id = lines.delivery_id
        and products.product_id = lines.product_id
    left join intermediate.int_delivery_lines_repeated as repeated
        on repeated.delivery_id = lines.delivery_id
        and repeated.delivery_line_number = lines.delivery_line_number
    left join intermediate.int_stock_documents_valued as costs
        on costs.document_id = lines.delivery_id
        and costs.product_id = lines.product_id
    left join marts.dim_entities as entities
        on entities.entity_id = costs.entity_id
    left join marts.dim_currencies as units
        on units.currency_code = costs.currency_code
    left join marts.dim_currencies as functional_units
        on functional_units.currency_code = entities.functional_currency_code
    left join marts.dim_currencies as reporting_units
        on reporting_units.currency_code = project.reporting_currency_code
)

-- A line's part is the difference of two rounded totals, the last of which is the whole. Division
-- of decimals truncates, so that the dividend is made wide before it is rounded.
select
    delivery_id,
    delivery_line_number,
    order_id,
    order_line_number,
    product_id,
    entity_id,
    currency_code,
    delivered_quantity,
    case
        when line_count = 1 then cost_amount
        else cast(
            case
                when quantity_after = product_quantity then cost_amount
                else round(
                    cast(cost_amount * quantity_after as decimal(38, 10))
                    / product_quantity,
                    digits
                )
            end - round(
                cast(cost_amount * quantity_before as decimal(38, 10))
                / product_quantity,
                digits
            ) as decimal(18, 4)
        )
    end as cost_amount,
    case
        when line_count = 1 then cost_functional_amount
        else cast(
            case
                when quantity_after = product_quantity then cost_functional_amount
                else round(
                    cast(cost_functional_amount * quantity_after as decimal(38, 10))
                    / product_quantity,
                    functional_digits
                )
            end - round(
                cast(cost_functional_amount * quantity_before as decimal(38, 10))
                / product_quantity,
                functional_digits
            ) as decimal(18, 4)
        )
    end as cost_functional_amount,
    case
        when line_count = 1 then cost_reporting_amount
        else cast(
            case
                when quantity_after = product_quantity then cost_reporting_amount
                else round(
                    cast(cost_reporting_amount * quantity_after as decimal(38, 10))
                    / product_quantity,
                    reporting_digits
                )
            end - round(
                cast(cost_reporting_amount * quantity_before as decimal(38, 10))
                / product_quantity,
                reporting_digits
            ) as decimal(18, 4)
        )
    end as cost_reporting_amount,
    case
        when line_count = 1 then variance_functional_amount
        else cast(
            case
                when quantity_after = product_quantity then variance_functional_amount
                else round(
                    cast(variance_functional_amount * quantity_after as decimal(38, 10))
                    / product_quantity,
                    functional_digits
                )
            end - round(
                cast(variance_functional_amount * quantity_before as decimal(38, 10))
                / product_quantity,
                functional_digits
            ) as decimal(18, 4)
        )
    end as variance_functional_amount,
    case
        when line_count = 1 then variance_reporting_amount
        else cast(
            case
                when quantity_after = product_quantity then variance_reporting_amount
                else round(
                    cast(variance_reporting_amount * quantity_after as decimal(38, 10))
                    / product_quantity,
                    reporting_digits
                )
            end - round(
                cast(variance_reporting_amount * quantity_before as decimal(38, 10))
                / product_quantity,
                reporting_digits
            ) as decimal(18, 4)
        )
    end as variance_reporting_amount
from placed_lines
