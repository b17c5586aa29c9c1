/*---
description = """What the goods that a line of an invoice bills cost, and what the goods cost that \
a credit note takes back; lines of goods and parts only."""
grain       = ["invoice_id", "invoice_line_number"]

[columns]
cost_source = """Where the cost comes from: delivery (the delivery line that the line bills), \
order_line (what was delivered for the order line or for the items of the set that it bills), \
return (goods that came back against the credit note), issue (parts that left stock for the debtor \
in the period)."""
cost_status = """costed; not_delivered where nothing was delivered for the line yet; not_costed \
where no stock move says what it cost; no_goods for a credit note without goods that came back."""
costed_quantity = """Pieces whose cost the line bears: those it bills, never more than were \
delivered and not billed before; negative for goods that came back."""
cost_currency_code = "ISO 4217 code in which the warehouse states the cost."
cost_entity_id = "Legal entity that owns the warehouse."
cost_amount = """Cost in the currency of the warehouse, positive; negative for goods that came \
back. Of what is billed in parts each part is the difference of two rounded totals, so that they \
never exceed the whole."""
cost_functional_amount = "Cost in the currency of the books of the warehouse's entity, likewise."
cost_reporting_amount = "Cost in the reporting currency, likewise."
variance_functional_amount = """Booked cost less cost in the currency of those books: 0 unless \
standard cost is declared."""
variance_reporting_amount = "Booked cost less cost in the reporting currency."

[checks]
not_null = ["cost_source", "cost_status"]
---*/

with billed_lines as (
    select
        lines.invoice_id,
        lines.invoice_line_number,
        invoices.entity_id,
        invoices.debtor_id,
        coalesce(invoices.invoice_kind = 'credit_note', false) as is_credit_note,
        coalesce(lines.order_id, invoices.order_id) as order_id,
        lines.order_line_number,
        lines.delivery_id,
        lines.delivery_line_number,
        lines.product_id,
        lines.invoiced_quantity,
        lines.invoiced_on
    from staging.stg_finance__invoice_lines as lines
    left join staging.stg_finance__invoices as invoices
        on invoices.invoice_id = lines.invoice_id
    where lines.line_kind in ('goods', 'parts')
        and coalesce(invoices.invoice_kind, 'invoice') <> 'prepayment'
),

of_deliveries as (
    select
        lines.invoice_id,
        lines.invoice_line_number,
        'delivery' as cost_source,
        coalesce(repeated.quantity_before, 0) as quantity_before,
        lines.invoiced_quantity,
        costs.delivered_quantity as whole_quantity,
        costs.delivery_id is not null as is_delivered,
        costs.entity_id as cost_entity_id,
        costs.currency_code as cost_currency_code,
        costs.cost_amount,
        costs.cost_functional_amount,
        costs.cost_reporting_amount,
        costs.variance_functional_amount,
        costs.variance_reporting_amount
    from billed_lines as lines
    left join intermediate.int_delivery_lines_costed as costs
        on costs.delivery_id = lines.delivery_id
        and costs.delivery_line_number = lines.delivery_line_number
    left join intermediate.int_invoice_lines_repeated as repeated
        on repeated.invoice_id = lines.invoice_id
        and repeated.invoice_line_number = lines.invoice_line_number
    where lines.delivery_id is not null
        and lines.delivery_line_number is not null
        and not lines.is_credit_note
),

-- What no invoice line names by its delivery was billed by the order line, or by that of the set to
-- which the order line belongs.
order_line_costs as (
    select
        costs.order_id,
        coalesce(lines.parent_line_number, costs.order_line_number) as order_line_number,
        sum(costs.delivered_quantity) as delivered_quantity,
        case when min(costs.entity_id) = max(costs.entity_id) then min(costs.entity_id) end
            as entity_id,
        case
            when min(costs.currency_code) = max(costs.currency_code) then min(costs.currency_code)
        end as currency_code,
        case when count(costs.cost_amount) = count(*) then sum(costs.cost_amount) end
            as cost_amount,
        case
            when count(costs.cost_functional_amount) = count(*)
                then sum(costs.cost_functional_amount)
        end as cost_functional_amount,
        case
            when count(costs.cost_reporting_amount) = count(*)
                then sum(costs.cost_reporting_amount)
        end as cost_reporting_amount,
        sum(costs.variance_functional_amount) as variance_functional_amount,
        sum(costs.variance_reporting_amount) as variance_reporting_amount
    from intermediate.int_delivery_lines_costed as costs
    left anti join intermediate.int_delivery_lines_invoiced as invoiced
        on costs.delivery_id = invoiced.delivery_id
        and costs.delivery_line_number = invoiced.delivery_line_number
    left join staging.stg_sales__order_lines as lines
        on lines.order_id = costs.order_id
        and lines.order_line_number = costs.order_line_number
    group by costs.order_id, coalesce(lines.parent_line_number, costs.order_line_number)
),

lines_of_orders as (
    select
        invoice_id,
        invoice_line_number,
        order_id,
        order_line_number,
        invoiced_quantity,
        sum(invoiced_quantity) over (
            partition by order_id, order_line_number
            order by invoiced_on, invoice_id, invoice_line_number
            rows between unbounded preceding and current row
        ) - invoiced_quantity as quantity_before
    from billed_lines
    where (delivery_id is null or delivery_line_number is null)
        and order_line_number is not null
        and not is_credit_note
),

-- Of a set as many are whole as were ordered; its items are not counted together.
of_order_lines as (
    select
        lines.invoice_id,
        lines.invoice_line_number,
        'order_line' as cost_source,
        lines.quantity_before,
        lines.invoiced_quantity,
        case when sets.order_id is null then costs.delivered_quantity else ordered.ordered_quantity
        end as whole_quantity,
        costs.order_id is not null as is_delivered,
        costs.entity_id as cost_entity_id,
        costs.currency_code as cost_currency_code,
        case when costs.currency_code is not null then costs.cost_amount end as cost_amount,
        case when costs.entity_id is not null then costs.cost_functional_amount end
            as cost_functional_amount,
        costs.cost_reporting_amount,
        costs.variance_functional_amount,
        costs.variance_reporting_amount
    from lines_of_orders as lines
    left join order_line_costs as costs
        on costs.order_id = lines.order_id
        and costs.order_line_number = lines.order_line_number
    left join intermediate.int_order_sets as sets
        on sets.order_id = lines.order_id
        and sets.set_line_number = lines.order_line_number
    left join staging.stg_sales__order_lines as ordered
        on ordered.order_id = lines.order_id
        and ordered.order_line_number = lines.order_line_number
),

-- A return and product belong to one credit note, so that their cost is taken back once.
credited_returns as (
    select
        return_id,
        product_id,
        min(credit_note_id) as credit_note_id
    from staging.stg_sales__returns
    where credit_note_id is not null
    group by return_id, product_id
),

credit_note_costs as (
    select
        returns.credit_note_id,
        returns.product_id,
        case when min(costs.entity_id) = max(costs.entity_id) then min(costs.entity_id) end
            as entity_id,
        case
            when min(costs.currency_code) = max(costs.currency_code) then min(costs.currency_code)
        end as currency_code,
        case when count(costs.cost_amount) = count(*) then sum(costs.cost_amount) end
            as cost_amount,
        case
            when count(costs.cost_functional_amount) = count(*)
                then sum(costs.cost_functional_amount)
        end as cost_functional_amount,
        case
            when count(costs.cost_reporting_amount) = count(*)
                then sum(costs.cost_reporting_amount)
        end as cost_reporting_amount,
        sum(costs.variance_functional_amount) as variance_functional_amount,
        sum(costs.variance_reporting_amount) as variance_reporting_amount
    from credited_returns as returns
    left join intermediate.int_stock_documents_valued as costs
        on costs.document_id = returns.return_id
        and costs.product_id = returns.product_id
    group by returns.credit_note_id, returns.product_id
),

of_returns as (
    select
        lines.invoice_id,
        lines.invoice_line_number,
        'return' as cost_source,
        sum(abs(lines.invoiced_quantity)) over credited_before - abs(lines.invoiced_quantity)
            as quantity_before,
        abs(lines.invoiced_quantity) as invoiced_quantity,
        sum(abs(lines.invoiced_quantity)) over (
            partition by lines.invoice_id, lines.product_id
        ) as whole_quantity,
        costs.credit_note_id is not null as is_delivered,
        costs.entity_id as cost_entity_id,
        costs.currency_code as cost_currency_code,
        case when costs.currency_code is not null then costs.cost_amount end as cost_amount,
        case when costs.entity_id is not null then costs.cost_functional_amount end
            as cost_functional_amount,
        costs.cost_reporting_amount,
        costs.variance_functional_amount,
        costs.variance_reporting_amount
    from billed_lines as lines
    left join credit_note_costs as costs
        on costs.credit_note_id = lines.invoice_id
        and costs.product_id = lines.product_id
    where lines.is_credit_note
    window credited_before as (
        partition by lines.invoice_id, lines.product_id
        order by lines.invoice_line_number
        rows between unbounded preceding and current row
    )
),

-- Of parts no delivery tells: what left stock for a debtor, by a document that only the ledger
-- names, is what the debtor is billed in the same period.
issue_costs as (
    select
        entity_id,
        local_customer_id,
        product_id,
        period_id,
        sum(issued_quantity) as issued_quantity,
        case
            when min(currency_code) = max(currency_code) then min(currency_code)
        end as currency_code,
        case when count(cost_amount) = count(*) then sum(cost_amount) end as cost_amount,
        case when count(cost_functional_amount) = count(*) then sum(cost_functional_amount) end
            as cost_functional_amount,
        case when count(cost_reporting_amount) = count(*) then sum(cost_reporting_amount) end
            as cost_reporting_amount,
        sum(variance_functional_amount) as variance_functional_amount,
        sum(variance_reporting_amount) as variance_reporting_amount
    from intermediate.int_stock_documents_valued
    where source_system = 'finance'
        and entity_id is not null
    group by entity_id, local_customer_id, product_id, period_id
),

lines_of_parts as (
    select
        lines.invoice_id,
        lines.invoice_line_number,
        lines.entity_id,
        lines.debtor_id,
        lines.product_id,
        dates.period_id,
        lines.invoiced_quantity,
        sum(lines.invoiced_quantity) over (
            partition by lines.entity_id, lines.debtor_id, lines.product_id, dates.period_id
            order by lines.invoiced_on, lines.invoice_id, lines.invoice_line_number
            rows between unbounded preceding and current row
        ) - lines.invoiced_quantity as quantity_before
    from billed_lines as lines
    left join marts.dim_dates as dates
        on dates.date_on = lines.invoiced_on
    where (lines.delivery_id is null or lines.delivery_line_number is null)
        and lines.order_line_number is null
        and not lines.is_credit_note
),

of_issues as (
    select
        lines.invoice_id,
        lines.invoice_line_number,
        'issue' as cost_source,
        lines.quantity_before,
        lines.invoiced_quantity,
        costs.issued_quantity as whole_quantity,
        costs.entity_id is not null as is_delivered,
        costs.entity_id as cost_entity_id,
        costs.currency_code as cost_currency_code,
        case when costs.currency_code is not null then costs.cost_amount end as cost_amount,
        costs.cost_functional_amount,
        costs.cost_reporting_amount,
        costs.variance_functional_amount,
        costs.variance_reporting_amount
    from lines_of_parts as lines
    left join issue_costs as costs
        on costs.entity_id = lines.entity_id
        and costs.local_customer_id = lines.debtor_id
        and costs.product_id = lines.product_id
        and costs.period_id = lines.period_id
),

all_lines as (
    select * from of_deliveries
    union all
    select * from of_order_lines
    union all
    select * from of_returns
    union all
    select * from of_issues
),

-- A line stands for the pieces from one place in what was delivered to another; beyond the last
-- piece there is nothing that it could cost.
placed_lines as (
    select
        lines.invoice_id,
        lines.invoice_line_number,
        lines.cost_source,
        lines.is_delivered,
        lines.cost_entity_id,
        lines.cost_currency_code,
        cast(
            greatest(0, least(coalesce(lines.quantity_before, 0), lines.whole_quantity))
            as decimal(18, 0)
        ) as from_quantity,
        cast(
            greatest(
                0,
                least(
                    coalesce(lines.quantity_before, 0) + coalesce(lines.invoiced_quantity, 0),
                    lines.whole_quantity
                )
            ) as decimal(18, 0)
        ) as to_quantity,
        nullif(lines.whole_quantity, 0) as whole_quantity,
        cast(lines.cost_amount as decimal(18, 4)) as cost_amount,
        cast(lines.cost_functional_amount as decimal(18, 4)) as cost_functional_amount,
        cast(lines.cost_reporting_amount as decimal(18, 4)) as cost_reporting_amount,
        cast(lines.variance_functional_amount as decimal(18, 4)) as variance_functional_amount,
        cast(lines.variance_reporting_amount as decimal(18, 4)) as variance_reporting_amount,
        coalesce(units.minor_unit_digits, 2) as digits,
        coalesce(functional_units.minor_unit_digits, 2) as functional_digits,
        coalesce(reporting_units.minor_unit_digits, 2) as reporting_digits
    from all_lines as lines
    cross join patron.project as project
    left join marts.dim_entities as entities
        on entities.entity_id = lines.cost_entity_id
    left join marts.dim_currencies as units
        on units.currency_code = lines.cost_currency_code
    left join marts.dim_currencies as functional_units
        on functional_units.currency_code = entities.functional_currency_code
    left join marts.dim_currencies as reporting_units
        on reporting_units.currency_code = project.reporting_currency_code
)

-- The difference of two rounded totals, the last of which is the whole.
select
    invoice_id,
    invoice_line_number,
    cost_source,
    case
        when cost_source = 'return' and not is_delivered then 'no_goods'
        when not is_delivered then 'not_delivered'
        when cost_reporting_amount is null and cost_amount is null then 'not_costed'
        else 'costed'
    end as cost_status,
    cast(
        case when cost_source = 'return' then from_quantity - to_quantity
            else to_quantity - from_quantity
        end as bigint
    ) as costed_quantity,
    cost_entity_id,
    cost_currency_code,
    cast(
        case
            when to_quantity = whole_quantity then cost_amount
            else round(
                cast(cost_amount * to_quantity as decimal(38, 10)) / whole_quantity,
                digits
            )
        end - case
            when from_quantity = whole_quantity then cost_amount
            else round(
                cast(cost_amount * from_quantity as decimal(38, 10)) / whole_quantity,
                digits
            )
        end as decimal(18, 4)
    ) as cost_amount,
    cast(
        case
            when to_quantity = whole_quantity then cost_functional_amount
            else round(
                cast(cost_functional_amount * to_quantity as decimal(38, 10)) / whole_quantity,
                functional_digits
            )
        end - case
            when from_quantity = whole_quantity then cost_functional_amount
            else round(
                cast(cost_functional_amount * from_quantity as decimal(38, 10)) / whole_quantity,
                functional_digits
            )
        end as decimal(18, 4)
    ) as cost_functional_amount,
    cast(
        case
            when to_quantity = whole_quantity then cost_reporting_amount
            else round(
                cast(cost_reporting_amount * to_quantity as decimal(38, 10)) / whole_quantity,
                reporting_digits
            )
        end - case
            when from_quantity = whole_quantity then cost_reporting_amount
            else round(
                cast(cost_reporting_amount * from_quantity as decimal(38, 10)) / whole_quantity,
                reporting_digits
            )
        end as decimal(18, 4)
    ) as cost_reporting_amount,
    cast(
        case
            when to_quantity = whole_quantity then variance_functional_amount
            else round(
                cast(variance_functional_amount * to_quantity as decimal(38, 10)) / whole_quantity,
                functional_digits
            )
        end - case
            when from_quantity = whole_quantity then variance_functional_amount
            else round(
                cast(variance_functional_amount * from_quantity as decimal(38, 10))
                / whole_quantity,
                functional_digits
            )
        end as decimal(18, 4)
    ) as variance_functional_amount,
    cast(
        case
            when to_quantity = whole_quantity then variance_reporting_amount
            else round(
                cast(variance_reporting_amount * to_quantity as decimal(38, 10)) / whole_quantity,
                reporting_digits
            )
        end - case
            when from_quantity = whole_quantity then variance_reporting_amount
            else round(
                cast(variance_reporting_amount * from_quantity as decimal(38, 10)) / whole_quantity,
                reporting_digits
            )
        end as decimal(18, 4)
    ) as variance_reporting_amount
from placed_lines
