-- Payments, late by the due day of their invoice.
with paid as (
    select
        p.payment_id,
        p.paid_on::date as paid_on,
        p.invoice_id,
        p.payment_kind,
        p.currency_code,
        p.entity_id,
        customer_of('finance', p.debtor_id) as customer_id,
        booked(p.paid_amount, p.currency_code, p.entity_id, p.paid_on::date) as paid_amount,
        i.due_on::date as due_on,
        p.paid_on::date - i.due_on::date as late_days,
        p.paid_on::date - i.invoiced_on::date as payment_days
    from feeds.finance_payments as p
    left join feeds.finance_invoices as i on i.invoice_id = p.invoice_id
)

select
    * exclude (late_days),
    case when late_days > 0 then paid_amount end as late_paid_amount,
    late_days,
    0::bigint as unpriced_count,
    (late_days is not null)::bigint as due_count,
    coalesce(late_days > 0, false)::bigint as late_count,
    true as is_outside_group
from paid
