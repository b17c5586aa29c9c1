/*---
description = "Lines of invoices whose delivery line other lines of invoices bill too."
grain       = ["invoice_id", "invoice_line_number"]

[columns]
quantity_before = """Pieces of the delivery line that earlier lines bill: by day, then by number \
of the invoice and of its line."""
---*/

-- Few delivery lines are billed in parts. What goes through the window is held in memory, so that
-- all others are left out before.
with lines as (
    select
        lines.invoice_id,
        lines.invoice_line_number,
        lines.delivery_id,
        lines.delivery_line_number,
        lines.invoiced_quantity,
        lines.invoiced_on
    from staging.stg_finance__invoice_lines as lines
    inner join intermediate.int_delivery_lines_invoiced as invoiced
        on invoiced.delivery_id = lines.delivery_id
        and invoiced.delivery_line_number = lines.delivery_line_number
        and (
            invoiced.invoice_count > 1
            or (invoiced.invoiced_quantity is distinct from lines.invoiced_quantity)
        )
    left join staging.stg_finance__invoices as invoices
        on invoices.invoice_id = lines.invoice_id
    where lines.line_kind in ('goods', 'parts')
        and coalesce(invoices.invoice_kind, 'invoice') not in ('credit_note', 'prepayment')
)

select
    invoice_id,
    invoice_line_number,
    coalesce(
        sum(invoiced_quantity) over (
            partition by delivery_id, delivery_line_number
            order by invoiced_on, invoice_id, invoice_line_number
            rows between unbounded preceding and 1 preceding
        ),
        0
    ) as quantity_before
from lines
