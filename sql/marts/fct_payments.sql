/*---
description = """Money received from customers or paid back to them, one row a payment; what is \
paid back is negative. Amounts include tax, as what was asked for does."""
grain       = ["payment_id"]
month       = "paid_on"

[inputs]
"staging.stg_finance__payments" = "same_month"
"staging.stg_finance__invoices" = { key = "invoice_id" }
"staging.stg_finance__debtors" = { key = "debtor_id", as = ["local_customer_id"] }
"intermediate.int_payment_balances" = { key = "payment_id" }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_entities" = { key = "entity_id" }
"marts.dim_dates" = { key = "date_on", as = ["paid_on"] }

[inputs."intermediate.int_customer_numbers"]
key = ["source_system", "local_id"]
as = [["source_system", "local_customer_id"]]

[inputs."intermediate.int_rates_filled"]
key = ["from_currency_code", "to_currency_code", "rate_on"]
as = [
    ["currency_code", "functional_currency_code", "paid_on"],
    ["currency_code", "reporting_currency_code", "paid_on"],
]

[columns]
period_id = "Regular accounting period of the day of payment."
business_unit_id = "Unit that keeps the customer on the day of payment."
customer_id = "Customer whose debtor paid; 'unassigned' where nobody known did."
local_customer_id = "Number of the debtor in bookkeeping, else the one that the invoice names."
source_system = "Department whose number the local customer is: finance."
functional_currency_code = "ISO 4217 code of the entity's books."
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
customer_version_number = "Version of the customer that is valid on the day of payment."
payment_number = "Which payment of its invoice it is, from 1; null where it names no invoice."
late_days = """Days from the due date of the invoice to the payment; negative where paid early, \
null where no invoice or no due date is known."""
payment_days = "Days from the date of the invoice to the payment; null where no invoice is known."
functional_exchange_rate = "From the payment's currency to the entity's, on the day of payment."
exchange_rate = "From the payment's currency to the reporting one, on the day of payment."
paid_amount = "Amount with tax in the currency of the payment, as stated; paid back is negative."
paid_functional_amount = """Paid amount converted to the entity's currency at the accounting rate \
of the day of payment and rounded to its minor unit; null where the rate is missing."""
paid_reporting_amount = """Paid amount converted to the reporting currency at the accounting rate \
of the day of payment and rounded to its minor unit; null where the rate is missing."""
invoice_gross_amount = """What the invoice asks for, with tax, in its own currency; the basis of \
what is open, not to be summed over the payments of one invoice."""
invoice_paid_amount = "Paid on the invoice up to this payment and with it; not to be summed."
invoice_open_amount = """What is left of the invoice after this payment: negative where too much \
was paid; null where it was paid in another currency than it asks for. Not to be summed."""
is_intercompany = "Whether the debtor is a company of the group."
is_late = "Whether the payment came after the due date; null where no due date is known."
invoiced_on = "Date of the invoice."
rated_on = "Day of the source's rate to the reporting currency; null where it is missing."

[checks]
not_null = ["paid_amount"]

[[checks.expressions]]
name = "invoice_is_loaded"
sql = "invoice_id is null or invoice_gross_amount is not null"
severity = { open = "warning", closed = "error", period = "period_id" }

[[checks.relationships]]
columns = ["entity_id"]
to = "marts.dim_entities"
key = ["entity_id"]

[[checks.relationships]]
columns = ["period_id"]
to = "marts.dim_periods"
key = ["period_id"]

[closing]
period = "period_id"
entity = "entity_id"
date   = "paid_on"
negate = ["paid_amount", "paid_functional_amount", "paid_reporting_amount"]

[units]
paid_amount = "currency_code"
paid_functional_amount = "functional_currency_code"
paid_reporting_amount = "reporting_currency_code"
---*/

with payments as (
    select
        paid.payment_id,
        paid.entity_id,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        coalesce(paid.debtor_id, invoices.debtor_id) as local_customer_id,
        paid.invoice_id,
        paid.payment_kind,
        paid.currency_code,
        entities.functional_currency_code,
        project.reporting_currency_code,
        cast(paid.paid_amount as decimal(18, 4)) as paid_amount,
        cast(
            coalesce(
                invoices.gross_amount, invoices.net_amount + coalesce(invoices.tax_amount, 0)
            ) as decimal(18, 4)
        ) as invoice_gross_amount,
        invoices.currency_code as invoice_currency_code,
        coalesce(debtors.is_related_party, false) as is_intercompany,
        paid.paid_on,
        invoices.invoiced_on,
        invoices.due_on
    from staging.stg_finance__payments as paid
    cross join patron.project as project
    left join staging.stg_finance__invoices as invoices
        on invoices.invoice_id = paid.invoice_id
    left join marts.dim_entities as entities
        on entities.entity_id = paid.entity_id
    left join staging.stg_finance__debtors as debtors
        on debtors.debtor_id = coalesce(paid.debtor_id, invoices.debtor_id)
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'finance'
        and numbers.local_id = coalesce(paid.debtor_id, invoices.debtor_id)
)

select
    payments.payment_id,
    payments.entity_id,
    dates.period_id,
    customers.business_unit_id,
    payments.customer_id,
    payments.local_customer_id,
    payments.invoice_id,
    'finance' as source_system,
    payments.payment_kind,
    payments.currency_code,
    payments.functional_currency_code,
    payments.reporting_currency_code,
    customers.version_number as customer_version_number,
    balances.payment_number,
    payments.paid_on - payments.due_on as late_days,
    payments.paid_on - payments.invoiced_on as payment_days,
    to_functional.exchange_rate as functional_exchange_rate,
    to_reporting.exchange_rate,
    payments.paid_amount,
    cast(
        round(
            payments.paid_amount * to_functional.exchange_rate, to_functional.rounding_digits
        ) as decimal(18, 4)
    ) as paid_functional_amount,
    cast(
        round(
            payments.paid_amount * to_reporting.exchange_rate, to_reporting.rounding_digits
        ) as decimal(18, 4)
    ) as paid_reporting_amount,
    payments.invoice_gross_amount,
    balances.invoice_paid_amount,
    case
        when payments.currency_code = payments.invoice_currency_code then
            cast(
                payments.invoice_gross_amount - balances.invoice_paid_amount as decimal(18, 4)
            )
    end as invoice_open_amount,
    payments.is_intercompany,
    payments.paid_on > payments.due_on as is_late,
    payments.paid_on,
    payments.invoiced_on,
    payments.due_on,
    to_reporting.rated_on
from payments
left join intermediate.int_payment_balances as balances
    on balances.payment_id = payments.payment_id
left join marts.dim_dates as dates
    on dates.date_on = payments.paid_on
left join marts.dim_customers as customers
    on customers.customer_id = payments.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= payments.paid_on)
    and (customers.valid_to_on is null or payments.paid_on < customers.valid_to_on)
left join intermediate.int_rates_filled as to_functional
    on to_functional.is_accounting
    and to_functional.from_currency_code = payments.currency_code
    and to_functional.to_currency_code = payments.functional_currency_code
    and to_functional.rate_on = payments.paid_on
left join intermediate.int_rates_filled as to_reporting
    on to_reporting.is_accounting
    and to_reporting.from_currency_code = payments.currency_code
    and to_reporting.to_currency_code = payments.reporting_currency_code
    and to_reporting.rate_on = payments.paid_on
