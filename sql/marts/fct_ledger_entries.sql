/*---
description = """Postings of the general ledger, one row an entry, drafts included and marked; \
debit is positive, and the posted entries of a document sum to zero."""
grain       = ["entry_id"]
month       = "posted_on"

[inputs]
"staging.stg_finance__ledger_entries" = "same_month"
"staging.stg_finance__debtors" = { key = "debtor_id", as = ["local_customer_id"] }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_cost_centres" = { key = "cost_centre_id" }
"marts.dim_accounts" = { key = "account_id" }
"intermediate.int_account_scopes" = { key = "account_id" }
"marts.dim_entities" = { key = "entity_id" }
"marts.dim_periods" = { key = "period_id" }

[inputs."intermediate.int_customer_numbers"]
key = ["source_system", "local_id"]
as = [["source_system", "local_customer_id"]]

[inputs."intermediate.int_rates_filled"]
key = ["from_currency_code", "to_currency_code", "rate_on"]
as = [["functional_currency_code", "reporting_currency_code", "posted_on"]]

[columns]
period_id = """Accounting period as the ledger states it; of an adjusting period not that of the \
date."""
business_unit_id = "Unit of the cost centre, else that of the customer on the day of posting."
customer_id = """Customer whose debtor the entry names; 'unassigned' where it names none or nobody \
known."""
local_customer_id = "Number of the debtor in bookkeeping; null where the entry names none."
source_system = "Department whose number the local customer is: finance."
account_scope = """Whether the account counts in customer profit on the day of posting, by \
inputs.account_map: in or out; null where no range covers it."""
profit_line = "Line of customer profit to which the account belongs on that day; null where out."
subledger = "Books that explain the account on that day; else what the chart says."
document_part = """Part of documents that is posted on the account on that day, as goods or \
discount; null where none is."""
scope_reason = "Why the account is in or out on that day, by the same row of inputs.account_map."
functional_currency_code = "ISO 4217 code of the entity's books."
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
customer_version_number = "Version of the customer that is valid on the day of posting."
exchange_rate = "From the entity's currency to the reporting one, on the day of posting."
net_amount = "Posted amount in the currency of the document; debit is positive."
net_functional_amount = "Amount in the entity's currency as it is booked; debit is positive."
net_reporting_amount = """Booked functional amount converted to the reporting currency at the \
accounting rate of the day of posting and rounded to its minor unit; null where the rate is \
missing."""
is_posted = "False for a draft, which is not in the ledger yet; sums of the ledger leave it out."
is_manual = "Whether a person wrote the entry by hand."
is_intercompany = """Whether it is between companies of the group: by document, or by a related \
debtor."""
is_adjusting = "Whether it is in an adjusting period; false where the period is not known."
rated_on = "Day of the source's rate that was used; null where it is missing."

[checks]
not_null = ["net_amount", "net_functional_amount", "is_posted"]

[[checks.relationships]]
columns = ["period_id"]
to = "marts.dim_periods"
key = ["period_id"]

[[checks.relationships]]
columns = ["entity_id"]
to = "marts.dim_entities"
key = ["entity_id"]

[[checks.relationships]]
columns = ["account_id"]
to = "marts.dim_accounts"
key = ["account_id"]

[[checks.relationships]]
columns = ["cost_centre_id"]
to = "marts.dim_cost_centres"
key = ["cost_centre_id"]
severity = { open = "warning", closed = "error", period = "period_id" }

[[checks.expressions]]
name = "is_booked_once_where_currencies_agree"
sql = "currency_code <> functional_currency_code or net_amount = net_functional_amount"
severity = "warning"

[closing]
period = "period_id"
entity = "entity_id"
date   = "posted_on"
negate = ["net_amount", "net_functional_amount", "net_reporting_amount"]

[units]
net_amount = "currency_code"
net_functional_amount = "functional_currency_code"
net_reporting_amount = "reporting_currency_code"
---*/

with entries as (
    select
        ledger.entry_id,
        ledger.entity_id,
        ledger.period_id,
        ledger.account_id,
        ledger.cost_centre_id,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        ledger.debtor_id as local_customer_id,
        ledger.document_id,
        ledger.document_type,
        ledger.posting_origin,
        ledger.posting_status,
        ledger.currency_code,
        entities.functional_currency_code,
        project.reporting_currency_code,
        ledger.posting_text,
        ledger.posted_amount,
        ledger.functional_amount,
        coalesce(debtors.is_related_party, false) as is_related_party,
        ledger.posted_on,
        ledger.document_on
    from staging.stg_finance__ledger_entries as ledger
    cross join patron.project as project
    left join marts.dim_entities as entities
        on entities.entity_id = ledger.entity_id
    left join staging.stg_finance__debtors as debtors
        on debtors.debtor_id = ledger.debtor_id
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'finance'
        and numbers.local_id = ledger.debtor_id
)

select
    entries.entry_id,
    entries.entity_id,
    entries.period_id,
    entries.account_id,
    entries.cost_centre_id,
    coalesce(cost_centres.business_unit_id, customers.business_unit_id) as business_unit_id,
    entries.customer_id,
    entries.local_customer_id,
    entries.document_id,
    'finance' as source_system,
    entries.document_type,
    entries.posting_origin,
    entries.posting_status,
    accounts.account_kind,
    accounts.statement_line,
    scopes.account_scope,
    scopes.profit_line,
    coalesce(scopes.subledger, accounts.subledger) as subledger,
    scopes.document_part,
    scopes.scope_reason,
    entries.currency_code,
    entries.functional_currency_code,
    entries.reporting_currency_code,
    entries.posting_text,
    customers.version_number as customer_version_number,
    rates.exchange_rate,
    entries.posted_amount as net_amount,
    entries.functional_amount as net_functional_amount,
    cast(
        round(
            cast(entries.functional_amount as decimal(18, 4)) * rates.exchange_rate,
            rates.rounding_digits
        ) as decimal(18, 4)
    ) as net_reporting_amount,
    entries.posting_status = 'posted' as is_posted,
    coalesce(entries.posting_origin = 'manual', false) as is_manual,
    entries.is_related_party
        or coalesce(entries.document_type = 'intercompany', false)
        or coalesce(entries.posting_origin = 'intercompany', false) as is_intercompany,
    coalesce(periods.is_adjusting, false) as is_adjusting,
    entries.posted_on,
    entries.document_on,
    rates.rated_on
from entries
left join marts.dim_periods as periods
    on periods.period_id = entries.period_id
left join marts.dim_accounts as accounts
    on accounts.account_id = entries.account_id
left join intermediate.int_account_scopes as scopes
    on scopes.account_id = entries.account_id
    and scopes.valid_from_on <= entries.posted_on
    and (scopes.valid_to_on is null or entries.posted_on <= scopes.valid_to_on)
left join marts.dim_cost_centres as cost_centres
    on cost_centres.cost_centre_id = entries.cost_centre_id
left join marts.dim_customers as customers
    on customers.customer_id = entries.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= entries.posted_on)
    and (customers.valid_to_on is null or entries.posted_on < customers.valid_to_on)
left join intermediate.int_rates_filled as rates
    on rates.is_accounting
    and rates.from_currency_code = entries.functional_currency_code
    and rates.to_currency_code = entries.reporting_currency_code
    and rates.rate_on = entries.posted_on
