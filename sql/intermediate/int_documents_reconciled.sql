/*---
description = """Each part of a document beside what the ledger has of it, over all periods, with \
the reason why both differ."""
grain       = ["document_id", "entity_id", "document_part"]

[columns]
subledger = "Books that hold the document, or that explain the account: invoices, stock, campaigns."
document_id = "Number of the document; empty where entries name none."
entity_id = "Legal entity of document and entries."
document_part = "Part of the document; campaign for bills of campaigns."
customer_id = "Customer of the document, else of the entries."
local_customer_id = "Number of that customer in its department."
currency_code = "ISO 4217 code of the document, else of the entries; null where there are several."
document_period_id = "Period of the document; null where it has several or there is none."
ledger_period_id = "Period of the entries; null where they have several or there are none."
account_id = """Account on which the document belongs: the last by number of those on which its \
part is posted, else the first of the accounts that its part belongs on."""
has_several_accounts = "Whether the part is posted on several accounts."
difference_class = """Why document and ledger differ; empty where they agree. Entries without \
document: manual_journal (by hand), other_subledger (not from the department that keeps the \
documents), missing_in_subledger. Documents without entries: unposted (a draft is there), \
account_outside_range (posted on an account that no document explains), missing_in_ledger. Both \
with the same amount: unknown_customer (the entries name nobody known), timing (another period), \
currency_or_rounding (converted otherwise). Both with other amounts: wrong_sign, duplicate (the \
ledger has it several times), unposted, account_outside_range, else amount_mismatch."""

[checks]
not_null = ["subledger", "difference_class"]
---*/

-- A part that belongs on no account is not reconciled.
with accounts_of_parts as (
    select
        coalesce(document_part, 'campaign') as document_part,
        min(account_id) as account_id
    from intermediate.int_account_scopes
    where account_scope = 'in'
        and (document_part is not null or subledger = 'campaigns')
    group by coalesce(document_part, 'campaign')
),

documents as (
    select
        document_id,
        entity_id,
        document_part,
        min(subledger) as subledger,
        min(customer_id) as customer_id,
        min(local_customer_id) as local_customer_id,
        min(period_id) as period_id,
        max(period_id) as last_period_id,
        min(currency_code) as currency_code,
        max(currency_code) as last_currency_code,
        count(currency_code) = count(*) as has_currencies,
        cast(sum(document_amount) as decimal(18, 4)) as amount,
        case
            when count(document_functional_amount) = count(*)
                then cast(sum(document_functional_amount) as decimal(18, 4))
        end as functional_amount,
        case
            when count(document_reporting_amount) = count(*)
                then cast(sum(document_reporting_amount) as decimal(18, 4))
        end as reporting_amount
    from intermediate.int_documents_summed
    left semi join accounts_of_parts
        on int_documents_summed.document_part = accounts_of_parts.document_part
    group by document_id, entity_id, document_part
),

postings as (
    select
        document_id,
        entity_id,
        document_part,
        min(customer_id) as customer_id,
        min(local_customer_id) as local_customer_id,
        max(account_id) as account_id,
        min(account_id) <> max(account_id) as has_several_accounts,
        min(period_id) as period_id,
        max(period_id) as last_period_id,
        min(currency_code) as currency_code,
        max(currency_code) as last_currency_code,
        count(currency_code) = count(*) as has_currencies,
        bool_or(names_unknown) as names_unknown,
        bool_and(is_manual) as is_manual,
        bool_or(is_own_origin) as is_own_origin,
        cast(sum(ledger_amount) as decimal(18, 4)) as amount,
        cast(sum(ledger_functional_amount) as decimal(18, 4)) as functional_amount,
        case
            when count(ledger_reporting_amount) = count(*)
                then cast(sum(ledger_reporting_amount) as decimal(18, 4))
        end as reporting_amount
    from intermediate.int_ledger_documents_summed
    group by document_id, entity_id, document_part
),

drafts as (
    select
        document_id,
        entity_id,
        coalesce(document_part, 'campaign') as document_part,
        -sum(net_amount) as amount
    from marts.fct_ledger_entries
    where not is_posted
        and document_id is not null
        and (document_part is not null or subledger = 'campaigns')
    group by document_id, entity_id, coalesce(document_part, 'campaign')
),

outside_entries as (
    select
        document_id,
        entity_id,
        sum(transaction_amount) as amount
    from intermediate.int_ledger_scoped
    where document_id is not null
        and entry_class <> 'document'
        and (out_reason is distinct from 'intercompany')
        and (subledger is distinct from 'campaigns')
    group by document_id, entity_id
),

-- Amounts of two currencies are not compared; then the entity's currency decides.
compared as (
    select
        coalesce(documents.document_id, postings.document_id) as document_id,
        coalesce(documents.entity_id, postings.entity_id) as entity_id,
        coalesce(documents.document_part, postings.document_part) as document_part,
        documents.document_id is not null as has_document,
        postings.document_id is not null as has_postings,
        coalesce(
            documents.has_currencies
            and postings.has_currencies
            and documents.currency_code = documents.last_currency_code
            and postings.currency_code = postings.last_currency_code
            and documents.currency_code = postings.currency_code,
            false
        ) as has_same_currency,
        documents.subledger,
        documents.customer_id as document_customer_id,
        documents.local_customer_id as document_local_customer_id,
        postings.customer_id as ledger_customer_id,
        postings.local_customer_id as ledger_local_customer_id,
        case
            when documents.document_id is not null and documents.has_currencies
                and documents.currency_code = documents.last_currency_code
                then documents.currency_code
            when documents.document_id is null and postings.has_currencies
                and postings.currency_code = postings.last_currency_code
                then postings.currency_code
        end as currency_code,
        case when documents.period_id = documents.last_period_id then documents.period_id end
            as document_period_id,
        case when postings.period_id = postings.last_period_id then postings.period_id end
            as ledger_period_id,
        postings.account_id,
        coalesce(postings.has_several_accounts, false) as has_several_accounts,
        coalesce(postings.names_unknown, false) as names_unknown,
        postings.is_manual,
        postings.is_own_origin,
        documents.amount as document_amount,
        documents.functional_amount as document_functional_amount,
        documents.reporting_amount as document_reporting_amount,
        postings.amount as ledger_amount,
        postings.functional_amount as ledger_functional_amount,
        postings.reporting_amount as ledger_reporting_amount
    from documents
    full join postings
        on postings.document_id = documents.document_id
        and postings.entity_id = documents.entity_id
        and postings.document_part = documents.document_part
),

sized as (
    select
        compared.*,
        case
            when has_same_currency or not has_postings then document_amount
            else document_functional_amount
        end as document_size,
        case when has_same_currency then ledger_amount else ledger_functional_amount end
            as ledger_size,
        drafts.amount as draft_amount,
        outside_entries.amount as outside_amount
    from compared
    left join drafts
        on drafts.document_id = compared.document_id
        and drafts.entity_id = compared.entity_id
        and drafts.document_part = compared.document_part
    left join outside_entries
        on outside_entries.document_id = compared.document_id
        and outside_entries.entity_id = compared.entity_id
)

select
    coalesce(
        sized.subledger,
        case sized.document_part
            when 'cost_of_goods' then 'stock'
            when 'campaign' then 'campaigns'
            else 'invoices'
        end
    ) as subledger,
    sized.document_id,
    sized.entity_id,
    sized.document_part,
    coalesce(sized.document_customer_id, sized.ledger_customer_id) as customer_id,
    coalesce(sized.document_local_customer_id, sized.ledger_local_customer_id)
        as local_customer_id,
    sized.currency_code,
    sized.document_period_id,
    sized.ledger_period_id,
    coalesce(sized.account_id, accounts_of_parts.account_id) as account_id,
    sized.has_several_accounts,
    case
        when not sized.has_document and sized.is_manual then 'manual_journal'
        when not sized.has_document and not sized.is_own_origin then 'other_subledger'
        when not sized.has_document then 'missing_in_subledger'
        when not sized.has_postings and coalesce(sized.document_size, 1) = 0 then ''
        when not sized.has_postings and sized.draft_amount is not null then 'unposted'
        when not sized.has_postings and sized.outside_amount is not null
            then 'account_outside_range'
        when not sized.has_postings then 'missing_in_ledger'
        when sized.ledger_size = sized.document_size and sized.names_unknown
            and coalesce(sized.document_customer_id, 'unassigned') <> 'unassigned'
            then 'unknown_customer'
        when sized.ledger_size = sized.document_size
            and (sized.document_period_id is distinct from sized.ledger_period_id)
            then 'timing'
        when sized.ledger_size = sized.document_size
            and (
                (sized.document_functional_amount is distinct from sized.ledger_functional_amount)
                or (
                    sized.document_reporting_amount is distinct from sized.ledger_reporting_amount
                )
            )
            then 'currency_or_rounding'
        when sized.ledger_size = sized.document_size then ''
        when sized.ledger_size = -sized.document_size then 'wrong_sign'
        when sized.ledger_size % nullif(sized.document_size, 0) = 0
            and sized.ledger_size / nullif(sized.document_size, 0) >= 2
            then 'duplicate'
        when sized.draft_amount = sized.document_size - sized.ledger_size then 'unposted'
        when sized.outside_amount = sized.document_size - sized.ledger_size
            then 'account_outside_range'
        else 'amount_mismatch'
    end as difference_class
from sized
left join accounts_of_parts
    on accounts_of_parts.document_part = sized.document_part
