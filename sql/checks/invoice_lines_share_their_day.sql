/*---
description = """The lines of a document carry its date; otherwise line and document would count \
in different periods."""
severity    = "warning"
---*/

select
    lines.entity_id,
    lines.period_id,
    lines.invoice_id,
    lines.invoice_line_number,
    invoices.invoiced_on as header_invoiced_on,
    lines.invoiced_on as line_invoiced_on
from marts.fct_invoice_lines as lines
inner join staging.stg_finance__invoices as invoices
    on invoices.invoice_id = lines.invoice_id
where lines.invoiced_on <> invoices.invoiced_on
