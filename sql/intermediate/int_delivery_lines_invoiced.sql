/*---
description = "What was invoiced of each delivery line, over all invoices that name it."
grain       = ["delivery_id", "delivery_line_number"]

[columns]
invoice_count = "Invoices that bill pieces of the line; a delivery may be billed in parts."
invoiced_quantity = "Pieces of the line billed so far; credit notes are not taken off."
first_invoiced_on = "Date of the first invoice for the line."
last_invoiced_on = "Date of the latest invoice for the line."
---*/

-- An invoice that names a delivery line twice is one invoice.
with invoices_of_lines as (
    select
        lines.delivery_id,
        lines.delivery_line_number,
        lines.invoice_id,
        sum(lines.invoiced_quantity) as invoiced_quantity,
        min(lines.invoiced_on) as first_invoiced_on,
        max(lines.invoiced_on) as last_invoiced_on
    from staging.stg_finance__invoice_lines as lines
    left join staging.stg_finance__invoices as invoices
        on invoices.invoice_id = lines.invoice_id
    where lines.delivery_id is not null
        and lines.delivery_line_number is not null
        and coalesce(invoices.invoice_kind, 'invoice') <> 'credit_note'
    group by lines.delivery_id, lines.delivery_line_number, lines.invoice_id
)

select
    delivery_id,
    delivery_line_number,
    count(*) as invoice_count,
    sum(invoiced_quantity) as invoiced_quantity,
    min(first_invoiced_on) as first_invoiced_on,
    max(last_invoiced_on) as last_invoiced_on
from invoices_of_lines
group by delivery_id, delivery_line_number
