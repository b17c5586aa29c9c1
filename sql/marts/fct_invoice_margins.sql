/*---
description = """Revenue, cost of goods and margin of each line of an invoice, credit note or \
rebate; for prices, products and quantities, while profit follows the ledger."""
grain       = ["invoice_id", "invoice_line_number"]

[columns]
period_id = "Accounting period of the document, whenever what changed of it later was booked."
product_category = "Category of the product; 'unassigned' where no product is known."
invoiced_quantity = "Pieces billed, over all bookings of the line; negative for what comes back."
list_amount = "Amount at list price in the document's currency, over all bookings."
discount_amount = "Discount in the document's currency, over all bookings."
net_amount = "Revenue without tax in the document's currency, over all bookings."
net_functional_amount = "Revenue in the currency of the entity's books."
list_reporting_amount = "Amount at list price in the reporting currency, over all bookings."
discount_reporting_amount = "Discount in the reporting currency, over all bookings."
net_reporting_amount = "Revenue in the reporting currency."
cost_status = """costed; not_delivered, not_costed: goods whose cost is not known; no_goods: work, \
fees, freight, rebates, and credit notes without goods that came back."""
cost_amount = """Cost of the goods billed, negative, in the currency of the warehouse; positive \
for goods that came back, 0 where the line bills no goods."""
cost_functional_amount = """Cost in the currency of the entity's books, with the sign of the cost; \
null where the goods come from an entity that keeps books in another currency."""
cost_reporting_amount = "Cost in the reporting currency, with the sign of the cost."
variance_functional_amount = """Cost as booked in the ledger less the cost shown, in the currency \
of the entity's books, negative where more was booked; 0 unless standard cost is declared."""
variance_reporting_amount = "Cost variance in the reporting currency, likewise."
margin_functional_amount = "Revenue and cost in sum; null where the cost is not known."
margin_reporting_amount = "Revenue and cost in sum; null where the cost is not known."
list_price_amount = "Amount at list price of one piece, in the document's currency."
unit_price_amount = "Revenue of one piece, in the document's currency."
unit_cost_amount = "Cost of one piece, positive, in the currency of the warehouse."

[checks]
not_null = ["cost_status", "product_category"]
---*/

-- Few lines are booked again, those of closed periods that changed later; of each the last booking
-- says what it is, and all together how much it is.
with rebooked_lines as (
    select
        invoice_id,
        invoice_line_number,
        max(booking_number) as last_booking_number,
        sum(invoiced_quantity) as invoiced_quantity,
        sum(list_amount) as list_amount,
        sum(discount_amount) as discount_amount,
        sum(net_amount) as net_amount,
        sum(net_functional_amount) as net_functional_amount,
        sum(list_reporting_amount) as list_reporting_amount,
        sum(discount_reporting_amount) as discount_reporting_amount,
        sum(net_reporting_amount) as net_reporting_amount
    from marts.fct_invoice_lines
    group by invoice_id, invoice_line_number
    having count(*) > 1
),

lines as (
    select
        booked.invoice_id,
        booked.invoice_line_number,
        booked.entity_id,
        coalesce(booked.source_period_id, booked.period_id) as period_id,
        booked.business_unit_id,
        booked.customer_id,
        booked.local_customer_id,
        booked.customer_version_number,
        booked.product_id,
        booked.order_id,
        booked.order_line_number,
        booked.delivery_id,
        booked.delivery_line_number,
        booked.corrected_invoice_id,
        booked.source_system,
        booked.invoice_kind,
        booked.line_kind,
        booked.currency_code,
        booked.functional_currency_code,
        booked.reporting_currency_code,
        coalesce(rebooked.invoiced_quantity, booked.invoiced_quantity) as invoiced_quantity,
        cast(coalesce(rebooked.list_amount, booked.list_amount) as decimal(18, 4))
            as list_amount,
        cast(coalesce(rebooked.discount_amount, booked.discount_amount) as decimal(18, 4))
            as discount_amount,
        cast(coalesce(rebooked.net_amount, booked.net_amount) as decimal(18, 4)) as net_amount,
        cast(
            coalesce(rebooked.net_functional_amount, booked.net_functional_amount)
            as decimal(18, 4)
        ) as net_functional_amount,
        cast(
            coalesce(rebooked.list_reporting_amount, booked.list_reporting_amount)
            as decimal(18, 4)
        ) as list_reporting_amount,
        cast(
            coalesce(rebooked.discount_reporting_amount, booked.discount_reporting_amount)
            as decimal(18, 4)
        ) as discount_reporting_amount,
        cast(
            coalesce(rebooked.net_reporting_amount, booked.net_reporting_amount)
            as decimal(18, 4)
        ) as net_reporting_amount,
        booked.is_intercompany,
        booked.invoiced_on
    from marts.fct_invoice_lines as booked
    left join rebooked_lines as rebooked
        on rebooked.invoice_id = booked.invoice_id
        and rebooked.invoice_line_number = booked.invoice_line_number
    where booked.is_revenue
        and (
            rebooked.last_booking_number is null
            or booked.booking_number = rebooked.last_booking_number
        )
),

costed_lines as (
    select
        lines.*,
        coalesce(products.product_category, 'unassigned') as product_category,
        costs.cost_source,
        coalesce(
            costs.cost_status,
            case when lines.line_kind in ('goods', 'parts') then 'not_delivered' else 'no_goods' end
        ) as cost_status,
        costs.costed_quantity,
        costs.cost_currency_code,
        case when entities.functional_currency_code = lines.functional_currency_code
            then costs.cost_functional_amount
        end as cost_functional_amount,
        case when entities.functional_currency_code = lines.functional_currency_code
            then costs.variance_functional_amount
        end as variance_functional_amount,
        costs.cost_amount,
        costs.cost_reporting_amount,
        costs.variance_reporting_amount
    from lines
    left join intermediate.int_invoice_lines_costed as costs
        on costs.invoice_id = lines.invoice_id
        and costs.invoice_line_number = lines.invoice_line_number
    left join marts.dim_entities as entities
        on entities.entity_id = costs.cost_entity_id
    left join marts.dim_products as products
        on products.product_id = lines.product_id
),

-- A line without goods costs nothing; what goods cost that nobody valued is not known.
margins as (
    select
        lines.*,
        case when cost_status = 'no_goods' then cast(0 as decimal(18, 4)) else -cost_amount end
            as signed_amount,
        case
            when cost_status = 'no_goods' then cast(0 as decimal(18, 4))
            else -cost_functional_amount
        end as signed_functional_amount,
        case
            when cost_status = 'no_goods' then cast(0 as decimal(18, 4))
            else -cost_reporting_amount
        end as signed_reporting_amount
    from costed_lines as lines
)

select
    invoice_id,
    invoice_line_number,
    entity_id,
    period_id,
    business_unit_id,
    customer_id,
    local_customer_id,
    customer_version_number,
    product_id,
    product_category,
    order_id,
    order_line_number,
    delivery_id,
    delivery_line_number,
    corrected_invoice_id,
    source_system,
    invoice_kind,
    line_kind,
    cost_source,
    cost_status,
    currency_code,
    cost_currency_code,
    functional_currency_code,
    reporting_currency_code,
    invoiced_quantity,
    costed_quantity,
    list_amount,
    discount_amount,
    net_amount,
    net_functional_amount,
    list_reporting_amount,
    discount_reporting_amount,
    net_reporting_amount,
    cast(signed_amount as decimal(18, 4)) as cost_amount,
    cast(signed_functional_amount as decimal(18, 4)) as cost_functional_amount,
    cast(signed_reporting_amount as decimal(18, 4)) as cost_reporting_amount,
    cast(
        case when cost_status = 'no_goods' then 0 else -variance_functional_amount end
        as decimal(18, 4)
    ) as variance_functional_amount,
    cast(
        case when cost_status = 'no_goods' then 0 else -variance_reporting_amount end
        as decimal(18, 4)
    ) as variance_reporting_amount,
    cast(net_functional_amount + signed_functional_amount as decimal(18, 4))
        as margin_functional_amount,
    cast(net_reporting_amount + signed_reporting_amount as decimal(18, 4))
        as margin_reporting_amount,
    cast(
        round(cast(list_amount as decimal(38, 10)) / nullif(invoiced_quantity, 0), 4)
        as decimal(18, 4)
    ) as list_price_amount,
    cast(
        round(cast(net_amount as decimal(38, 10)) / nullif(invoiced_quantity, 0), 4)
        as decimal(18, 4)
    ) as unit_price_amount,
    cast(
        round(cast(-signed_amount as decimal(38, 10)) / nullif(costed_quantity, 0), 4)
        as decimal(18, 4)
    ) as unit_cost_amount,
    is_intercompany,
    invoiced_on
from margins
