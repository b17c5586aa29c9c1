/*---
description = """Documents of departments and postings of the ledger beside each other, one row a \
document, part, account and period in which either has an amount, with the reason why they differ. \
Amounts add to profit: revenue is positive, cost negative."""
grain       = ["subledger", "document_id", "entity_id", "account_id", "period_id", "document_part"]

[columns]
subledger = """Books beside the ledger: invoices, stock, campaigns (bills for campaigns) or \
deliveries (freight, of which only the sums of a period are compared)."""
document_id = """Number of the document; empty where there is none, and for a period's freight \
unless one document of the ledger has all of it."""
account_id = """Account that is posted to; where only the document has an amount, the one on which \
it belongs."""
period_id = "Period of the entries, or of the document where they have no entry in it."
document_part = "Part of the document; campaign, freight_out for bills and for freight."
customer_id = """Customer of the document, else of the entries; 'unassigned' where neither names \
one known."""
local_customer_id = "Number of that customer in its department."
customer_version_number = "Version of the customer that is valid on the period's last day."
currency_code = "ISO 4217 code of the document, else of the entries; null where there are several."
document_amount = "What documents say, in their currency; null where there are several."
ledger_amount = "What is posted, in the currency of documents; null where there are several."
document_functional_amount = """What documents say in the entity's currency, each line at the rate \
of its day; null where one has no rate."""
ledger_functional_amount = "What is posted in the entity's currency."
document_reporting_amount = "What documents say in the reporting currency, likewise."
ledger_reporting_amount = "What is posted in the reporting currency; null where a rate is missing."
difference_functional_amount = "Posted less what documents say, in the entity's currency."
difference_reporting_amount = "Posted less what documents say, in the reporting currency."
difference_class = """Why both differ; empty where they agree: timing, missing_in_ledger, \
missing_in_subledger, amount_mismatch, duplicate, manual_journal, other_subledger, unposted, \
currency_or_rounding, account_outside_range, wrong_sign, unknown_customer (the amounts agree, but \
the ledger names nobody known)."""
document_period_id = "Period of the document; null where it has several or there is none."
ledger_period_id = "Period of the entries; null where they have several or there are none."
is_explained = """Whether the class says all about the difference. False where only sums of a \
period are compared and neither time nor a document explains what is left."""
is_rounding = """Whether the difference is no more than rounding makes: half of the smallest unit \
of the entity's currency for each line that is converted by itself."""
starts_on = "First day of the period."
ends_on = "Last day of the period."

[checks]
not_null = ["difference_class", "is_explained"]

[[checks.relationships]]
columns = ["account_id"]
to = "marts.dim_accounts"
key = ["account_id"]
severity = { open = "warning", closed = "error", period = "period_id" }
---*/

with sides as (
    select
        document_id,
        entity_id,
        document_part,
        account_id,
        period_id,
        false as is_document,
        ledger_amount as amount,
        ledger_functional_amount as functional_amount,
        ledger_reporting_amount as reporting_amount,
        entry_count as line_count
    from intermediate.int_ledger_documents_summed
    union all
    select
        documents.document_id,
        documents.entity_id,
        documents.document_part,
        reconciled.account_id,
        documents.period_id,
        true as is_document,
        documents.document_amount as amount,
        documents.document_functional_amount as functional_amount,
        documents.document_reporting_amount as reporting_amount,
        documents.line_count
    from intermediate.int_documents_summed as documents
    inner join intermediate.int_documents_reconciled as reconciled
        on reconciled.document_id = documents.document_id
        and reconciled.entity_id = documents.entity_id
        and reconciled.document_part = documents.document_part
    union all
    -- Documents do not know accounts. Where the ledger has a part on several, all but one of them
    -- are taken to be right, and what differs is left on the one.
    select
        postings.document_id,
        postings.entity_id,
        postings.document_part,
        case when places.is_own then postings.account_id else reconciled.account_id end
            as account_id,
        postings.period_id,
        true as is_document,
        case when places.is_own then postings.ledger_amount else -postings.ledger_amount end
            as amount,
        case
            when places.is_own then postings.ledger_functional_amount
            else -postings.ledger_functional_amount
        end as functional_amount,
        case
            when places.is_own then postings.ledger_reporting_amount
            else -postings.ledger_reporting_amount
        end as reporting_amount,
        0 as line_count
    from intermediate.int_ledger_documents_summed as postings
    inner join intermediate.int_documents_reconciled as reconciled
        on reconciled.document_id = postings.document_id
        and reconciled.entity_id = postings.entity_id
        and reconciled.document_part = postings.document_part
        and reconciled.has_several_accounts
        and reconciled.account_id <> postings.account_id
    left semi join intermediate.int_documents_summed as documents
        on postings.document_id = documents.document_id
        and postings.entity_id = documents.entity_id
        and postings.document_part = documents.document_part
    cross join (
        select true as is_own
        union all
        select false as is_own
    ) as places
),

-- An amount that one row of a side lacks is not known in sum; a side without rows is nothing.
sums as (
    select
        document_id,
        entity_id,
        document_part,
        account_id,
        period_id,
        sum(line_count) as line_count,
        sum(case when is_document then amount end) as document_amount,
        sum(case when not is_document then amount end) as ledger_amount,
        sum(case when is_document then functional_amount end) as document_functional_amount,
        sum(case when not is_document then functional_amount end) as ledger_functional_amount,
        sum(case when is_document then reporting_amount end) as document_reporting_amount,
        sum(case when not is_document then reporting_amount end) as ledger_reporting_amount,
        bool_or(is_document and amount is null) as lacks_document,
        bool_or(not is_document and amount is null) as lacks_ledger,
        bool_or(is_document and functional_amount is null) as lacks_document_functional,
        bool_or(is_document and reporting_amount is null) as lacks_document_reporting,
        bool_or(not is_document and reporting_amount is null) as lacks_ledger_reporting
    from sides
    group by document_id, entity_id, document_part, account_id, period_id
),

of_documents as (
    select
        reconciled.subledger,
        sums.document_id,
        sums.entity_id,
        sums.account_id,
        sums.period_id,
        sums.document_part,
        coalesce(reconciled.customer_id, 'unassigned') as customer_id,
        reconciled.local_customer_id,
        reconciled.currency_code,
        case when not sums.lacks_document then coalesce(sums.document_amount, 0) end
            as document_amount,
        case when not sums.lacks_ledger then coalesce(sums.ledger_amount, 0) end as ledger_amount,
        case
            when not sums.lacks_document_functional
                then coalesce(sums.document_functional_amount, 0)
        end as document_functional_amount,
        coalesce(sums.ledger_functional_amount, 0) as ledger_functional_amount,
        case
            when not sums.lacks_document_reporting
                then coalesce(sums.document_reporting_amount, 0)
        end as document_reporting_amount,
        case when not sums.lacks_ledger_reporting then coalesce(sums.ledger_reporting_amount, 0)
        end as ledger_reporting_amount,
        sums.line_count,
        reconciled.difference_class,
        reconciled.document_period_id,
        reconciled.ledger_period_id
    from sums
    inner join intermediate.int_documents_reconciled as reconciled
        on reconciled.document_id = sums.document_id
        and reconciled.entity_id = sums.entity_id
        and reconciled.document_part = sums.document_part
    union all
    select
        'deliveries' as subledger,
        document_id,
        entity_id,
        account_id,
        period_id,
        'freight_out' as document_part,
        'unassigned' as customer_id,
        null as local_customer_id,
        currency_code,
        document_amount,
        ledger_amount,
        document_functional_amount,
        ledger_functional_amount,
        document_reporting_amount,
        ledger_reporting_amount,
        0 as line_count,
        difference_class,
        case when document_functional_amount <> 0 then period_id end as document_period_id,
        case when ledger_functional_amount <> 0 then period_id end as ledger_period_id
    from intermediate.int_freight_reconciled
),

compared as (
    select
        of_documents.*,
        coalesce(document_amount = ledger_amount, document_functional_amount is not null)
            and (document_functional_amount is not distinct from ledger_functional_amount)
            and (document_reporting_amount is not distinct from ledger_reporting_amount)
            as is_equal
    from of_documents
    where document_amount <> 0
        or ledger_amount <> 0
        or document_functional_amount <> 0
        or ledger_functional_amount <> 0
        or document_amount is null
        or ledger_amount is null
)

select
    compared.subledger,
    compared.document_id,
    compared.entity_id,
    compared.account_id,
    compared.period_id,
    compared.document_part,
    compared.customer_id,
    compared.local_customer_id,
    customers.version_number as customer_version_number,
    compared.currency_code,
    entities.functional_currency_code,
    project.reporting_currency_code,
    cast(compared.document_amount as decimal(18, 4)) as document_amount,
    cast(compared.ledger_amount as decimal(18, 4)) as ledger_amount,
    cast(compared.document_functional_amount as decimal(18, 4)) as document_functional_amount,
    cast(compared.ledger_functional_amount as decimal(18, 4)) as ledger_functional_amount,
    cast(compared.document_reporting_amount as decimal(18, 4)) as document_reporting_amount,
    cast(compared.ledger_reporting_amount as decimal(18, 4)) as ledger_reporting_amount,
    cast(
        compared.ledger_functional_amount - compared.document_functional_amount
        as decimal(18, 4)
    ) as difference_functional_amount,
    cast(
        compared.ledger_reporting_amount - compared.document_reporting_amount as decimal(18, 4)
    ) as difference_reporting_amount,
    case
        when compared.difference_class = 'unknown_customer' then 'unknown_customer'
        when compared.is_equal then ''
        -- All periods together agree, each by itself does not.
        when compared.difference_class = '' then 'timing'
        else compared.difference_class
    end as difference_class,
    compared.document_period_id,
    compared.ledger_period_id,
    compared.is_equal
        or compared.subledger <> 'deliveries'
        or compared.difference_class <> 'amount_mismatch' as is_explained,
    compared.difference_class = 'currency_or_rounding'
        and coalesce(
            abs(compared.ledger_functional_amount - compared.document_functional_amount) * 2
                * power(10, coalesce(units.minor_unit_digits, 2)) <= compared.line_count,
            false
        ) as is_rounding,
    periods.starts_on,
    periods.ends_on
from compared
cross join patron.project as project
left join marts.dim_entities as entities
    on entities.entity_id = compared.entity_id
left join marts.dim_currencies as units
    on units.currency_code = entities.functional_currency_code
left join marts.dim_periods as periods
    on periods.period_id = compared.period_id
left join marts.dim_customers as customers
    on customers.customer_id = compared.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= periods.ends_on)
    and (customers.valid_to_on is null or periods.ends_on < customers.valid_to_on)
