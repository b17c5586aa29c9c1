/*---
description = "The net amount and the tax of a document are the sums of those of its lines."
severity    = { open = "warning", closed = "error", period = "period_id" }
---*/

with totals_of_lines as (
    select
        invoice_id,
        count(*) as line_count,
        cast(sum(net_amount) as decimal(18, 4)) as net_amount,
        cast(sum(tax_amount) as decimal(18, 4)) as tax_amount
    from staging.stg_finance__invoice_lines
    group by invoice_id
)

select
    invoices.entity_id,
    dates.period_id,
    invoices.invoice_id,
    coalesce(totals.line_count, 0) as line_count,
    invoices.net_amount as header_net_amount,
    totals.net_amount as lines_net_amount,
    invoices.tax_amount as header_tax_amount,
    totals.tax_amount as lines_tax_amount
from staging.stg_finance__invoices as invoices
left join totals_of_lines as totals
    on totals.invoice_id = invoices.invoice_id
left join marts.dim_dates as dates
    on dates.date_on = invoices.invoiced_on
where invoices.net_amount <> coalesce(totals.net_amount, 0)
    or coalesce(invoices.tax_amount, 0) <> coalesce(totals.tax_amount, 0)
