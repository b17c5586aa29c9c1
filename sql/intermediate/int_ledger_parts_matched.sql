/*---
description = """What the ledger holds of each part of a document beside what the document says, \
one row a document, account, part and period of the ledger; amounts add to profit."""
grain       = ["document_id", "entity_id", "account_id", "document_part", "period_id"]
month       = "ends_on"

[columns]
document_id = "Document that the entries name; empty where they name none."
period_id = "Period of the entries."
profit_line = "Line of customer profit of the account, the first by text of several."
subledger = "Books that explain the account."
posting_origin = "Where the entries come from, the first by text of several."
currency_code = "Currency of the entries; null where they have several."
ledger_amount = """Booked in the currency of the document; null where the entries of its part have \
another currency, or several."""
ledger_functional_amount = "Booked in the entity's currency."
ledger_reporting_amount = "Booked, in the reporting currency; null where no entry has a rate."
entry_count = "Entries of the ledger in the sums."
document_currency_code = "Currency of the document; null where there is none."
document_amount = "What the document says of the part, all its periods together."
document_functional_amount = "The same in the entity's currency, at rates of the document's days."
document_reporting_amount = "The same in the reporting currency, at rates of the document's days."
receiver_count = "Customers and categories among which the document's part is split."
receiver_customer_id = "The customer where there is one receiver alone."
receiver_product_category = "The category where there is one receiver alone."
has_document = "Whether a department has a document of this number and part in this entity."
is_agreed = """Whether all entries of the document's part come to what it says, in its currency; \
in the entity's where the ledger has no amount in that of the document."""
is_first = """Whether the row is the first of the document's part in the ledger, by period and \
account: it holds what the document says where both do not agree."""
difference_class = """Why document and ledger differ; empty where they agree. Of entries without \
document: manual_journal, other_subledger, else missing_in_subledger; of others duplicate (the \
ledger has it several times), wrong_sign, else amount_mismatch."""
attributed_functional_amount = """What goes to the customers of the document, in the entity's \
currency: all that is booked where both agree, else once what the document says; the rest is \
unassigned."""
attributed_reporting_amount = "The same in the reporting currency; null where no entry has a rate."

[checks]
not_null = ["has_document", "is_agreed", "difference_class", "attributed_functional_amount"]
---*/

-- Periods as texts in the order of time.
with placed_periods as (
    select
        period_id,
        ends_on,
        concat(ends_on, '/', lpad(cast(period_number as varchar), 6, '0'), '/') as place
    from marts.dim_periods
),

ledger_groups as (
    select
        coalesce(document_id, '') as document_id,
        entity_id,
        account_id,
        document_part,
        period_id,
        min(profit_line) as profit_line,
        min(subledger) as subledger,
        min(posting_origin) as posting_origin,
        bool_and(is_manual) as is_manual,
        min(currency_code) as currency_code,
        max(currency_code) as last_currency_code,
        cast(sum(transaction_amount) as decimal(18, 4)) as ledger_amount,
        cast(sum(functional_amount) as decimal(18, 4)) as ledger_functional_amount,
        cast(sum(reporting_amount) as decimal(18, 4)) as ledger_reporting_amount,
        count(*) as entry_count
    from intermediate.int_ledger_scoped
    where entry_class = 'document'
    group by coalesce(document_id, ''), entity_id, account_id, document_part, period_id
),

-- Who takes part in a document, whichever of its periods says so. Weights are sizes: a document may
-- bill some goods and take others back.
receivers as (
    select
        document_id,
        entity_id,
        document_part,
        customer_id,
        product_category,
        min(currency_code) as currency_code,
        sum(document_amount) as amount,
        sum(document_functional_amount) as functional_amount,
        sum(document_reporting_amount) as reporting_amount,
        bool_or(document_functional_amount is null) as has_unpriced_functional,
        bool_or(document_reporting_amount is null) as has_unpriced_reporting
    from intermediate.int_document_parts
    group by document_id, entity_id, document_part, customer_id, product_category
),

documents as (
    select
        document_id,
        entity_id,
        document_part,
        min(currency_code) as document_currency_code,
        cast(sum(amount) as decimal(18, 4)) as document_amount,
        case
            when not bool_or(has_unpriced_functional)
                then cast(sum(functional_amount) as decimal(18, 4))
        end as document_functional_amount,
        case
            when not bool_or(has_unpriced_reporting)
                then cast(sum(reporting_amount) as decimal(18, 4))
        end as document_reporting_amount,
        sum(case when amount <> 0 then 1 else 0 end) as receiver_count,
        -- Where no receiver has an amount, any of them stands for the document.
        coalesce(min(case when amount <> 0 then customer_id end), min(customer_id))
            as receiver_customer_id,
        coalesce(min(case when amount <> 0 then product_category end), min(product_category))
            as receiver_product_category
    from receivers
    group by document_id, entity_id, document_part
),

-- Summed beside the groups, not by windows over them: nearly every part is one group, and a window
-- begins anew for each.
ledger_parts as (
    select
        coalesce(ledger.document_id, '') as document_id,
        ledger.entity_id,
        ledger.document_part,
        cast(sum(ledger.transaction_amount) as decimal(18, 4)) as part_amount,
        cast(sum(ledger.functional_amount) as decimal(18, 4)) as part_functional_amount,
        min(ledger.currency_code) as part_currency_code,
        max(ledger.currency_code) as part_last_currency_code,
        min(concat(periods.place, ledger.account_id)) as first_place
    from intermediate.int_ledger_scoped as ledger
    left join placed_periods as periods
        on periods.period_id = ledger.period_id
    where ledger.entry_class = 'document'
    group by coalesce(ledger.document_id, ''), ledger.entity_id, ledger.document_part
),

placed_groups as (
    select
        ledger_groups.*,
        ledger_parts.part_amount,
        ledger_parts.part_functional_amount,
        ledger_parts.part_currency_code,
        ledger_parts.part_last_currency_code,
        concat(periods.place, ledger_groups.account_id) = ledger_parts.first_place as is_first,
        periods.ends_on
    from ledger_groups
    inner join ledger_parts
        on ledger_parts.document_id = ledger_groups.document_id
        and ledger_parts.entity_id = ledger_groups.entity_id
        and ledger_parts.document_part = ledger_groups.document_part
    left join placed_periods as periods
        on periods.period_id = ledger_groups.period_id
),

compared_groups as (
    select
        placed.*,
        documents.document_currency_code,
        documents.document_amount,
        documents.document_functional_amount,
        documents.document_reporting_amount,
        coalesce(documents.receiver_count, 0) as receiver_count,
        documents.receiver_customer_id,
        documents.receiver_product_category,
        documents.document_id is not null as has_document,
        coalesce(
            placed.part_currency_code = placed.part_last_currency_code
            and placed.part_currency_code = documents.document_currency_code,
            false
        ) as has_same_currency
    from placed_groups as placed
    left join documents
        on documents.document_id = placed.document_id
        and documents.entity_id = placed.entity_id
        and documents.document_part = placed.document_part
),

sized_groups as (
    select
        compared_groups.*,
        case
            when has_same_currency then document_amount
            else document_functional_amount
        end as document_size,
        case
            when has_same_currency then part_amount
            else part_functional_amount
        end as ledger_size
    from compared_groups
),

judged_groups as (
    select
        sized_groups.*,
        has_document and coalesce(document_size = ledger_size, false) as is_agreed
    from sized_groups
),

classed_groups as (
    select
        judged_groups.*,
        case
            when is_agreed then ''
            when not has_document and is_manual then 'manual_journal'
            when not has_document
                and posting_origin <> case
                    when document_part = 'cost_of_goods' then 'stock'
                    else 'sales'
                end
                then 'other_subledger'
            when not has_document then 'missing_in_subledger'
            when ledger_size = -document_size then 'wrong_sign'
            when abs(ledger_size) > abs(document_size)
                and ledger_size % nullif(document_size, 0) = 0
                and ledger_size / nullif(document_size, 0) > 0
                then 'duplicate'
            else 'amount_mismatch'
        end as difference_class
    from judged_groups
)

select
    document_id,
    entity_id,
    account_id,
    document_part,
    period_id,
    profit_line,
    subledger,
    posting_origin,
    case when currency_code = last_currency_code then currency_code end as currency_code,
    case when has_same_currency then ledger_amount end as ledger_amount,
    ledger_functional_amount,
    ledger_reporting_amount,
    entry_count,
    document_currency_code,
    document_amount,
    document_functional_amount,
    document_reporting_amount,
    receiver_count,
    receiver_customer_id,
    receiver_product_category,
    has_document,
    is_agreed,
    is_first,
    difference_class,
    case
        when is_agreed then ledger_functional_amount
        when has_document and is_first then coalesce(document_functional_amount, 0)
        else 0
    end as attributed_functional_amount,
    case
        when ledger_reporting_amount is null or is_agreed then ledger_reporting_amount
        when has_document and is_first then coalesce(document_reporting_amount, 0)
        else 0
    end as attributed_reporting_amount,
    ends_on
from classed_groups
