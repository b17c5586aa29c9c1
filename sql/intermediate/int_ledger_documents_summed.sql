/*---
description = """What is posted on accounts that documents explain, one row a document, part, \
account and period. Amounts add to profit."""
grain       = ["document_id", "entity_id", "document_part", "account_id", "period_id"]

[columns]
document_id = "Document that the entries name; empty where they name none."
document_part = """Part of documents that belongs on the account; campaign on accounts that bills \
of campaigns explain."""
currency_code = "ISO 4217 code of the entries; null where they have several."
ledger_amount = "Amount in the currency of the document; null where the entries have several."
ledger_functional_amount = "Amount in the entity's currency as booked."
ledger_reporting_amount = """Amount in the reporting currency; null where an entry has no rate."""
customer_id = "Customer that the entries name, the first by text where they name several."
local_customer_id = "Number of the debtor that the entries name, likewise."
names_unknown = "Whether an entry names a debtor whom nobody knows."
is_manual = "Whether people wrote all of the entries by hand."
is_own_origin = "Whether an entry comes from the department that keeps the documents."
entry_count = "Entries in the sums."
---*/

with entries as (
    select
        coalesce(document_id, '') as document_id,
        entity_id,
        case
            when entry_class = 'document' then document_part
            else 'campaign'
        end as document_part,
        account_id,
        period_id,
        customer_id,
        local_customer_id,
        posting_origin,
        is_manual,
        currency_code,
        transaction_amount,
        functional_amount,
        reporting_amount
    from intermediate.int_ledger_scoped
    where entry_class = 'document'
        or (entry_class in ('direct', 'open') and subledger = 'campaigns')
),

sums as (
    select
        document_id,
        entity_id,
        document_part,
        account_id,
        period_id,
        min(currency_code) as currency_code,
        max(currency_code) as last_currency_code,
        sum(transaction_amount) as amount,
        sum(functional_amount) as functional_amount,
        sum(reporting_amount) as reporting_amount,
        count(reporting_amount) as reporting_count,
        min(customer_id) as customer_id,
        min(local_customer_id) as local_customer_id,
        bool_or(customer_id = 'unassigned' and local_customer_id is not null) as names_unknown,
        bool_and(is_manual) as is_manual,
        bool_or(
            coalesce(
                posting_origin = case document_part
                    when 'cost_of_goods' then 'stock'
                    when 'campaign' then 'marketing'
                    else 'sales'
                end,
                false
            )
        ) as is_own_origin,
        count(*) as entry_count
    from entries
    group by document_id, entity_id, document_part, account_id, period_id
)

select
    document_id,
    entity_id,
    document_part,
    account_id,
    period_id,
    case when currency_code = last_currency_code then currency_code end as currency_code,
    case when currency_code = last_currency_code then cast(amount as decimal(18, 4)) end
        as ledger_amount,
    cast(functional_amount as decimal(18, 4)) as ledger_functional_amount,
    case when reporting_count = entry_count then cast(reporting_amount as decimal(18, 4)) end
        as ledger_reporting_amount,
    customer_id,
    local_customer_id,
    names_unknown,
    is_manual,
    is_own_origin,
    entry_count
from sums
