/*---
description = """Does revenue agree with the ledger? Invoices beside the ledger for each period, \
entity and account: difference, what of it belongs to a known class, what is left, and whether \
that is reconciled, within tolerance or not. In detail the classes and the documents themselves."""
label       = { en = "Reconciliation of revenue", "zh-CN" = "收入对账" }
grain       = [
    "currency_code",
    "row_kind",
    "subledger",
    "period_id",
    "entity_id",
    "account_id",
    "difference_class",
    "document_id",
]

[parameters.period]
type = "period"
default = "newest_period"
description = """Last period of the span; adjusting periods stand with the regular one that holds \
them."""

[parameters.from_period]
type = "period"
not_after = "period"
optional = true
description = "First period of the span; left out, the span is the one period."

[parameters.entity]
type = "text"
optional = true
from = "marts.dim_entities.entity_id"
description = "Only this legal entity."

[parameters.currency]
type = "choice"
default = "reporting"
allowed = ["reporting", "functional", "transaction"]
description = """The currency of the group, that of the books, or those of documents: then one \
block of rows a currency, for different ones are never added; documents of several have no \
amount."""

[parameters.detail]
type = "choice"
default = "classes"
allowed = ["accounts", "classes", "documents"]
description = "Accounts only, with the classes of their differences, or with the documents too."

[columns]
row_kind = "account, class, document or total."
subledger = "Whose documents stand beside the ledger."
period_id = "Accounting period."
entity_id = "Legal entity."
account_id = "Account of the ledger."
difference_class = "Why the two differ."
document_id = "Number of the document."
customer_id = "Customer."
currency_code = "ISO 4217 code of the row's amounts."
document_amount = "What departments' documents say."
ledger_amount = "What the ledger says; revenue is positive, cost negative."
difference_amount = "Ledger less documents."
explained_amount = "Part of the difference that belongs to a known class."
unexplained_amount = "What is left."
difference_count = "Documents that differ."
reconciliation_status = """reconciled, within_tolerance (also where nothing is tolerated, but \
lines were merely rounded) or unreconciled, as judged in the reporting currency; of the total that \
of the worst account."""

[labels.en]
row_kind = "Kind of row"
subledger = "Subledger"
period_id = "Period"
entity_id = "Entity"
account_id = "Account"
difference_class = "Class"
document_id = "Document"
customer_id = "Customer"
currency_code = "Currency"
document_amount = "Documents"
ledger_amount = "Ledger"
difference_amount = "Difference"
explained_amount = "Explained"
unexplained_amount = "Not explained"
difference_count = "Differences"
reconciliation_status = "Status"

[labels."zh-CN"]
row_kind = "行类型"
subledger = "明细账"
period_id = "期间"
entity_id = "法人实体"
account_id = "科目"
difference_class = "差异类别"
document_id = "单据"
customer_id = "客户编号"
currency_code = "币种"
document_amount = "单据金额"
ledger_amount = "总账金额"
difference_amount = "差异"
explained_amount = "已解释"
unexplained_amount = "未解释"
difference_count = "差异数"
reconciliation_status = "对账状态"

[values]
row_kind = ["account", "class", "document", "total"]

[units]
document_amount = "currency_code"
ledger_amount = "currency_code"
difference_amount = "currency_code"
explained_amount = "currency_code"
unexplained_amount = "currency_code"
---*/

with named as (
    select
        max(sequence_number) filter (where period_id = coalesce($from_period, $period))
            as first_number,
        max(sequence_number) filter (where period_id = $period) as last_number
    from marts.dim_periods
),

spanned as (
    select periods.period_id
    from marts.dim_periods as periods
    join named
        on periods.sequence_number between named.first_number and named.last_number
),

group_currency as (
    select currency_code
    from marts.dim_currencies
    where is_reporting
),

sides as (
    select
        sides.subledger,
        sides.period_id,
        sides.entity_id,
        sides.account_id,
        case $currency
            when 'functional' then entities.functional_currency_code
            else group_currency.currency_code
        end as currency_code,
        case $currency
            when 'functional' then sides.document_functional_amount
            else sides.document_reporting_amount
        end as document_amount,
        case $currency
            when 'functional' then sides.ledger_functional_amount
            else sides.ledger_reporting_amount
        end as ledger_amount,
        case $currency
            when 'functional' then sides.difference_functional_amount
            else sides.difference_reporting_amount
        end as difference_amount,
        case $currency
            when 'functional' then sides.unexplained_functional_amount
            else sides.unexplained_reporting_amount
        end as unexplained_amount,
        sides.difference_count,
        sides.reconciliation_status
    from marts.fct_reconciliation as sides
    join spanned
        on sides.period_id = spanned.period_id
    left join marts.dim_entities as entities
        on sides.entity_id = entities.entity_id
    cross join group_currency
    where sides.subledger = 'invoices'
        and ($entity is null or sides.entity_id = $entity)
        and $currency <> 'transaction'
    union all
    -- Of the documents' own currencies each stands by itself, with the account's status.
    select
        sides.subledger,
        sides.period_id,
        sides.entity_id,
        sides.account_id,
        items.currency_code,
        cast(sum(items.document_amount) as decimal(18, 4)) as document_amount,
        cast(sum(items.ledger_amount) as decimal(18, 4)) as ledger_amount,
        cast(sum(items.ledger_amount - items.document_amount) as decimal(18, 4))
            as difference_amount,
        cast(
            sum(
                case
                    when items.difference_class <> '' and items.is_explained then 0
                    else items.ledger_amount - items.document_amount
                end
            ) as decimal(18, 4)
        ) as unexplained_amount,
        count(*) filter (where items.difference_class <> '') as difference_count,
        sides.reconciliation_status
    from marts.fct_reconciliation as sides
    join spanned
        on sides.period_id = spanned.period_id
    join marts.fct_reconciliation_items as items
        on sides.subledger = items.subledger
        and sides.period_id = items.period_id
        and sides.entity_id = items.entity_id
        and sides.account_id = items.account_id
    where sides.subledger = 'invoices'
        and ($entity is null or sides.entity_id = $entity)
        and $currency = 'transaction'
    group by
        sides.subledger,
        sides.period_id,
        sides.entity_id,
        sides.account_id,
        items.currency_code,
        sides.reconciliation_status
),

items as (
    select
        items.subledger,
        items.period_id,
        items.entity_id,
        items.account_id,
        items.document_id,
        items.customer_id,
        items.difference_class,
        case $currency
            when 'functional' then entities.functional_currency_code
            when 'transaction' then items.currency_code
            else group_currency.currency_code
        end as currency_code,
        case $currency
            when 'functional' then items.document_functional_amount
            when 'transaction' then items.document_amount
            else items.document_reporting_amount
        end as document_amount,
        case $currency
            when 'functional' then items.ledger_functional_amount
            when 'transaction' then items.ledger_amount
            else items.ledger_reporting_amount
        end as ledger_amount,
        case $currency
            when 'functional' then items.difference_functional_amount
            when 'transaction' then items.ledger_amount - items.document_amount
            else items.difference_reporting_amount
        end as difference_amount,
        items.is_explained
    from marts.fct_reconciliation_items as items
    join spanned
        on items.period_id = spanned.period_id
    left join marts.dim_entities as entities
        on items.entity_id = entities.entity_id
    cross join group_currency
    where items.subledger = 'invoices'
        and items.difference_class <> ''
        and $detail <> 'accounts'
        and ($entity is null or items.entity_id = $entity)
),

listed as (
    select
        1 as row_order,
        'account' as row_kind,
        subledger,
        period_id,
        entity_id,
        account_id,
        cast(null as text) as difference_class,
        cast(null as text) as document_id,
        cast(null as text) as customer_id,
        currency_code,
        document_amount,
        ledger_amount,
        difference_amount,
        unexplained_amount,
        difference_count,
        reconciliation_status
    from sides
    union all
    -- Below an account, what its difference is made of.
    select
        2 as row_order,
        'class' as row_kind,
        subledger,
        period_id,
        entity_id,
        account_id,
        difference_class,
        null as document_id,
        null as customer_id,
        currency_code,
        sum(document_amount) as document_amount,
        sum(ledger_amount) as ledger_amount,
        sum(difference_amount) as difference_amount,
        sum(case when is_explained then 0 else difference_amount end) as unexplained_amount,
        count(*) as difference_count,
        null as reconciliation_status
    from items
    group by subledger, period_id, entity_id, account_id, difference_class, currency_code
    union all
    select
        3 as row_order,
        'document' as row_kind,
        subledger,
        period_id,
        entity_id,
        account_id,
        difference_class,
        document_id,
        customer_id,
        currency_code,
        document_amount,
        ledger_amount,
        difference_amount,
        case when is_explained then 0 else difference_amount end as unexplained_amount,
        1 as difference_count,
        null as reconciliation_status
    from items
    where $detail = 'documents'
    union all
    -- The whole is as good as its worst account.
    select
        4 as row_order,
        'total' as row_kind,
        null as subledger,
        null as period_id,
        null as entity_id,
        null as account_id,
        null as difference_class,
        null as document_id,
        null as customer_id,
        currency_code,
        sum(document_amount) as document_amount,
        sum(ledger_amount) as ledger_amount,
        sum(difference_amount) as difference_amount,
        sum(unexplained_amount) as unexplained_amount,
        sum(difference_count) as difference_count,
        case
            when count(*) filter (where reconciliation_status = 'unreconciled') > 0
                then 'unreconciled'
            when count(*) filter (where reconciliation_status = 'within_tolerance') > 0
                then 'within_tolerance'
            else 'reconciled'
        end as reconciliation_status
    from sides
    group by currency_code
)

select
    listed.row_kind,
    listed.subledger,
    listed.period_id,
    listed.entity_id,
    listed.account_id,
    listed.difference_class,
    listed.document_id,
    listed.customer_id,
    listed.currency_code,
    listed.document_amount,
    listed.ledger_amount,
    listed.difference_amount,
    cast(listed.difference_amount - listed.unexplained_amount as decimal(18, 4))
        as explained_amount,
    listed.unexplained_amount,
    listed.difference_count,
    listed.reconciliation_status
from listed
left join marts.dim_periods as periods
    on listed.period_id = periods.period_id
order by
    listed.currency_code,
    listed.row_order = 4,
    listed.subledger,
    periods.ends_on,
    periods.period_number,
    listed.entity_id,
    listed.account_id,
    listed.difference_class nulls first,
    listed.row_order,
    listed.document_id
