/*---
description = "The gross amount of a document is its net amount and its tax."
severity    = "warning"
---*/

select
    invoices.entity_id,
    dates.period_id,
    invoices.invoice_id,
    invoices.net_amount,
    invoices.tax_amount,
    invoices.gross_amount
from staging.stg_finance__invoices as invoices
left join marts.dim_dates as dates
    on dates.date_on = invoices.invoiced_on
where invoices.net_amount + coalesce(invoices.tax_amount, 0) <> invoices.gross_amount
