/*---
description = """Lines of invoices, credit notes, rebates and prepayments, one row a line; what \
takes revenue back is negative, as its source states it."""
grain       = ["invoice_id", "invoice_line_number"]
month       = "invoiced_on"

[inputs]
"staging.stg_finance__invoice_lines" = "same_month"
"staging.stg_finance__invoices" = { key = "invoice_id" }
"staging.stg_finance__debtors" = { key = "debtor_id", as = ["local_customer_id"] }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_entities" = { key = "entity_id" }
"marts.dim_dates" = { key = "date_on", as = ["invoiced_on"] }

[inputs."intermediate.int_customer_numbers"]
key = ["source_system", "local_id"]
as = [["source_system", "local_customer_id"]]

[inputs."intermediate.int_rates_filled"]
key = ["from_currency_code", "to_currency_code", "rate_on"]
as = [
    ["currency_code", "functional_currency_code", "invoiced_on"],
    ["currency_code", "reporting_currency_code", "invoiced_on"],
]

[columns]
entity_id = "Legal entity that invoices; null where the document's header is not loaded."
period_id = "Regular accounting period of the line's date."
business_unit_id = "Unit that keeps the customer on the day of the invoice."
customer_id = "Customer whose debtor is invoiced; 'unassigned' where nobody known is."
local_customer_id = "Number of the debtor in bookkeeping."
order_id = "Order that the line invoices, else the one that the document names."
source_system = "Department whose number the local customer is: finance."
functional_currency_code = "ISO 4217 code of the entity's books."
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
customer_version_number = "Version of the customer that is valid on the day of the invoice."
functional_exchange_rate = "From the document's currency to the entity's, on the line's date."
exchange_rate = "From the document's currency to the reporting one, on the line's date."
list_amount = "Amount at list price, before discount, in the document's currency, as stated."
discount_amount = "Discount in the document's currency, as stated; what is taken back is negative."
net_amount = """Amount without tax in the document's currency, as stated; what is taken back is \
negative."""
tax_amount = "Tax on the line in the document's currency, as stated."
list_functional_amount = "Amount at list price, before discount, in the entity's currency."
discount_functional_amount = """Discount in the entity's currency: the list amount less the net \
amount, so that the three add up after rounding too."""
net_functional_amount = """Net amount converted to the entity's currency at the accounting rate of \
the line's date and rounded to its minor unit; null where the rate is missing."""
tax_functional_amount = "Tax in the entity's currency, converted likewise."
list_reporting_amount = "Amount at list price, before discount, in the reporting currency."
discount_reporting_amount = """Discount in the reporting currency: the list amount less the net \
amount, so that the three add up after rounding too."""
net_reporting_amount = """Net amount converted from the document's currency to the reporting one \
at the accounting rate of the line's date and rounded to its minor unit; null where it is \
missing."""
tax_reporting_amount = "Tax in the reporting currency, converted likewise."
is_revenue = """Whether the line is revenue, or takes it back. False for a prepayment, which asks \
for money in advance, and where the document's header is not loaded."""
is_intercompany = "Whether the debtor is a company of the group."
due_on = "Day on which the document is due; null where its header says none."
has_header = "Whether the header of the document is loaded; without it the currency is not known."
rated_on = "Day of the source's rate to the reporting currency; null where it is missing."

[checks]
not_null = ["net_amount"]

[[checks.expressions]]
name = "header_is_loaded"
sql = "has_header"
severity = { open = "warning", closed = "error", period = "period_id" }

[[checks.relationships]]
columns = ["entity_id"]
to = "marts.dim_entities"
key = ["entity_id"]

[[checks.relationships]]
columns = ["period_id"]
to = "marts.dim_periods"
key = ["period_id"]

[[checks.relationships]]
columns = ["product_id"]
to = "marts.dim_products"
key = ["product_id"]
severity = "warning"

[[checks.expressions]]
name = "list_less_discount_is_net"
sql = "list_amount - discount_amount = net_amount"
severity = "warning"

[closing]
period = "period_id"
entity = "entity_id"
date   = "invoiced_on"
negate = [
    "invoiced_quantity",
    "list_amount",
    "discount_amount",
    "net_amount",
    "tax_amount",
    "list_functional_amount",
    "discount_functional_amount",
    "net_functional_amount",
    "tax_functional_amount",
    "list_reporting_amount",
    "discount_reporting_amount",
    "net_reporting_amount",
    "tax_reporting_amount",
]

[units]
invoiced_quantity = "pieces"
list_amount = "currency_code"
discount_amount = "currency_code"
net_amount = "currency_code"
tax_amount = "currency_code"
list_functional_amount = "functional_currency_code"
discount_functional_amount = "functional_currency_code"
net_functional_amount = "functional_currency_code"
tax_functional_amount = "functional_currency_code"
list_reporting_amount = "reporting_currency_code"
discount_reporting_amount = "reporting_currency_code"
net_reporting_amount = "reporting_currency_code"
tax_reporting_amount = "reporting_currency_code"
---*/

with lines as (
    select
        invoice_lines.invoice_id,
        invoice_lines.invoice_line_number,
        invoices.entity_id,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        invoices.debtor_id as local_customer_id,
        invoice_lines.product_id,
        coalesce(invoice_lines.order_id, invoices.order_id) as order_id,
        invoice_lines.order_line_number,
        invoice_lines.delivery_id,
        invoice_lines.delivery_line_number,
        invoices.corrected_invoice_id,
        invoices.invoice_kind,
        invoice_lines.line_kind,
        invoices.currency_code,
        entities.functional_currency_code,
        project.reporting_currency_code,
        invoice_lines.invoiced_quantity,
        cast(invoice_lines.list_amount as decimal(18, 4)) as list_amount,
        cast(invoice_lines.discount_amount as decimal(18, 4)) as discount_amount,
        cast(invoice_lines.net_amount as decimal(18, 4)) as net_amount,
        cast(invoice_lines.tax_amount as decimal(18, 4)) as tax_amount,
        coalesce(debtors.is_related_party, false) as is_intercompany,
        invoices.invoice_id is not null as has_header,
        invoice_lines.invoiced_on,
        invoices.due_on
    from staging.stg_finance__invoice_lines as invoice_lines
    cross join patron.project as project
    left join staging.stg_finance__invoices as invoices
        on invoices.invoice_id = invoice_lines.invoice_id
    left join marts.dim_entities as entities
        on entities.entity_id = invoices.entity_id
    left join staging.stg_finance__debtors as debtors
        on debtors.debtor_id = invoices.debtor_id
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'finance'
        and numbers.local_id = invoices.debtor_id
),

-- Each row is converted and rounded, and only then summed.
converted_lines as (
    select
        lines.*,
        to_functional.exchange_rate as functional_exchange_rate,
        cast(
            round(
                lines.list_amount * to_functional.exchange_rate, to_functional.rounding_digits
            ) as decimal(18, 4)
        ) as list_functional_amount,
        cast(
            round(
                lines.net_amount * to_functional.exchange_rate, to_functional.rounding_digits
            ) as decimal(18, 4)
        ) as net_functional_amount,
        cast(
            round(
                lines.tax_amount * to_functional.exchange_rate, to_functional.rounding_digits
            ) as decimal(18, 4)
        ) as tax_functional_amount,
        to_reporting.exchange_rate,
        cast(
            round(
                lines.list_amount * to_reporting.exchange_rate, to_reporting.rounding_digits
            ) as decimal(18, 4)
        ) as list_reporting_amount,
        cast(
            round(
                lines.net_amount * to_reporting.exchange_rate, to_reporting.rounding_digits
            ) as decimal(18, 4)
        ) as net_reporting_amount,
        cast(
            round(
                lines.tax_amount * to_reporting.exchange_rate, to_reporting.rounding_digits
            ) as decimal(18, 4)
        ) as tax_reporting_amount,
        to_reporting.rated_on
    from lines
    left join intermediate.int_rates_filled as to_functional
        on to_functional.is_accounting
        and to_functional.from_currency_code = lines.currency_code
        and to_functional.to_currency_code = lines.functional_currency_code
        and to_functional.rate_on = lines.invoiced_on
    left join intermediate.int_rates_filled as to_reporting
        on to_reporting.is_accounting
        and to_reporting.from_currency_code = lines.currency_code
        and to_reporting.to_currency_code = lines.reporting_currency_code
        and to_reporting.rate_on = lines.invoiced_on
)

select
    converted.invoice_id,
    converted.invoice_line_number,
    converted.entity_id,
    dates.period_id,
    customers.business_unit_id,
    converted.customer_id,
    converted.local_customer_id,
    converted.product_id,
    converted.order_id,
    converted.order_line_number,
    converted.delivery_id,
    converted.delivery_line_number,
    converted.corrected_invoice_id,
    'finance' as source_system,
    converted.invoice_kind,
    converted.line_kind,
    converted.currency_code,
    converted.functional_currency_code,
    converted.reporting_currency_code,
    customers.version_number as customer_version_number,
    converted.invoiced_quantity,
    converted.functional_exchange_rate,
    converted.exchange_rate,
    converted.list_amount,
    converted.discount_amount,
    converted.net_amount,
    converted.tax_amount,
    converted.list_functional_amount,
    cast(
        converted.list_functional_amount - converted.net_functional_amount as decimal(18, 4)
    ) as discount_functional_amount,
    converted.net_functional_amount,
    converted.tax_functional_amount,
    converted.list_reporting_amount,
    cast(
        converted.list_reporting_amount - converted.net_reporting_amount as decimal(18, 4)
    ) as discount_reporting_amount,
    converted.net_reporting_amount,
    converted.tax_reporting_amount,
    converted.has_header and converted.invoice_kind <> 'prepayment' as is_revenue,
    converted.is_intercompany,
    converted.has_header,
    converted.invoiced_on,
    converted.due_on,
    converted.rated_on
from converted_lines as converted
left join marts.dim_dates as dates
    on dates.date_on = converted.invoiced_on
left join marts.dim_customers as customers
    on customers.customer_id = converted.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= converted.invoiced_on)
    and (customers.valid_to_on is null or converted.invoiced_on < customers.valid_to_on)
