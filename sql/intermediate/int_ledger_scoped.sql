/*---
description = """Posted entries of the ledger on accounts of revenue and cost, one row an entry \
and booking, each with the way in which it comes to customers; amounts add to profit."""
grain       = ["entry_id", "booking_number"]
month       = "posted_on"

[inputs]
"marts.fct_ledger_entries" = "same_month"
"marts.dim_cost_centres" = { key = "cost_centre_id" }

[columns]
entry_class = """How the entry comes to customers: out_of_scope, unmapped (no range of \
inputs.account_map covers the account), document (documents of a department say who), direct (the \
entry names the customer), open (a pool or nobody carries it)."""
out_reason = """Why the entry is out of scope: intercompany, else the reason that \
inputs.account_map gives; null where it is in."""
cost_function = "Function of the entry's cost centre; null where it names none known."
transaction_amount = "Amount in the currency of the document; revenue is positive, cost negative."
functional_amount = "Amount in the entity's currency as booked; revenue is positive, cost negative."
reporting_amount = """Amount in the reporting currency; revenue is positive, cost negative; null \
where the entry has no rate."""

[checks]
not_null = ["entry_class", "transaction_amount", "functional_amount"]
---*/

select
    ledger.entry_id,
    ledger.booking_number,
    ledger.entity_id,
    ledger.period_id,
    ledger.account_id,
    ledger.cost_centre_id,
    cost_centres.cost_function,
    ledger.customer_id,
    ledger.local_customer_id,
    ledger.document_id,
    ledger.document_type,
    ledger.document_part,
    ledger.posting_origin,
    case
        when ledger.is_intercompany or ledger.account_scope = 'out' then 'out_of_scope'
        when ledger.account_scope is null then 'unmapped'
        when ledger.document_part is not null then 'document'
        when ledger.customer_id <> 'unassigned' then 'direct'
        else 'open'
    end as entry_class,
    case
        when ledger.is_intercompany then 'intercompany'
        when ledger.account_scope = 'out' then coalesce(ledger.scope_reason, 'no reason is given')
    end as out_reason,
    ledger.profit_line,
    ledger.subledger,
    ledger.currency_code,
    ledger.functional_currency_code,
    ledger.reporting_currency_code,
    cast(-ledger.net_amount as decimal(18, 4)) as transaction_amount,
    cast(-ledger.net_functional_amount as decimal(18, 4)) as functional_amount,
    -ledger.net_reporting_amount as reporting_amount,
    ledger.is_manual,
    ledger.is_adjusting,
    ledger.posted_on
from marts.fct_ledger_entries as ledger
left join marts.dim_cost_centres as cost_centres
    on cost_centres.cost_centre_id = ledger.cost_centre_id
where ledger.is_posted
    and coalesce(ledger.account_kind, 'unknown') not in ('asset', 'liability', 'equity')
