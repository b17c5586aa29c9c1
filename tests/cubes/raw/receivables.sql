-- What is open of each claim after each of its changes, at the rate of the claim. A credit note
-- changes the invoice that it corrects; a prepayment is a claim of its own.
with changes as (
    select coalesce(corrected_invoice_id, invoice_id) as claim_id,
        invoiced_on::date as changed_on, gross_amount::decimal(18, 4) as change
    from feeds.finance_invoices
    union all
    select coalesce(invoice_id, payment_id), paid_on::date, -paid_amount::decimal(18, 4)
    from feeds.finance_payments
),

claims as (
    select
        invoice_id as claim_id,
        due_on::date as due_on,
        customer_of('finance', debtor_id) as customer_id,
        entity_id,
        currency_code,
        rate_of(currency_code, 'CNY', invoiced_on::date) as rate,
        debtor_id <> '90002' as is_outside_group
    from feeds.finance_invoices
    where corrected_invoice_id is null
    union all
    select payment_id, null, customer_of('finance', debtor_id), entity_id, currency_code,
        rate_of(currency_code, 'CNY', paid_on::date), true
    from feeds.finance_payments
    where invoice_id is null
),

-- A claim is overdue from the day after it was due.
days as (
    select claim_id, changed_on from changes
    union
    select claim_id, due_on + 1 from claims where due_on is not null
),

stages as (
    select
        d.claim_id,
        d.changed_on,
        c.* exclude (claim_id, rate),
        money(round(
            (select sum(o.change) from changes as o
                where o.claim_id = d.claim_id and o.changed_on <= d.changed_on) * c.rate, 2
        )) as open_amount
    from days as d
    inner join claims as c using (claim_id)
)

select
    *,
    case when changed_on > due_on then open_amount else 0 end as overdue_amount,
    (open_amount <> 0)::bigint as open_count
from stages
where open_amount is not null
