/*---
description = """Posted entries that stand for themselves, one row an entry and booking: those that \
neither a department's document explains nor a pool of cost collects; amounts add to profit."""
grain       = ["entry_id", "booking_number"]
month       = "ends_on"

[columns]
profit_line = """Line of customer profit: that of the account, out_of_scope where the account is \
out of it, unmapped where it has none."""
entry_class = """How the entry comes to customers: out_of_scope, unmapped, document (of which no \
department has one), direct (the entry names the customer), open (nobody carries it)."""
names_debtor = "Whether the entry names a debtor, known or not."
difference_class = """Why a document of the entry is missing: manual_journal, other_subledger or \
missing_in_subledger; null where the entry needs none."""
---*/

-- Parts of documents that no department has a document for.
with undocumented_parts as (
    select document_id, entity_id, account_id, document_part, period_id, difference_class
    from intermediate.int_ledger_parts_matched
    where not has_document
)

-- A journal of hand, or a contract's fee, that names its customer needs no document.
select
    entries.entry_id,
    entries.booking_number,
    entries.period_id,
    entries.entity_id,
    entries.account_id,
    case
        when entries.entry_class = 'out_of_scope' then 'out_of_scope'
        else coalesce(entries.profit_line, 'unmapped')
    end as profit_line,
    entries.customer_id,
    case
        when entries.entry_class = 'document' and entries.customer_id <> 'unassigned'
            and (entries.is_manual or coalesce(entries.subledger = 'contracts', false))
            then 'direct'
        else entries.entry_class
    end as entry_class,
    entries.local_customer_id is not null as names_debtor,
    entries.out_reason,
    undocumented_parts.difference_class,
    entries.functional_amount,
    entries.reporting_amount,
    periods.ends_on
from intermediate.int_ledger_scoped as entries
left join marts.dim_periods as periods
    on periods.period_id = entries.period_id
left join undocumented_parts
    on entries.entry_class = 'document'
    and undocumented_parts.document_id = coalesce(entries.document_id, '')
    and undocumented_parts.entity_id = entries.entity_id
    and undocumented_parts.account_id = entries.account_id
    and undocumented_parts.document_part = entries.document_part
    and undocumented_parts.period_id = entries.period_id
-- Cost in pools comes to customers spread.
left anti join intermediate.int_pool_entries as pool_entries
    on pool_entries.entry_id = entries.entry_id
    and pool_entries.booking_number = entries.booking_number
where entries.entry_class <> 'document'
    or undocumented_parts.document_id is not null
