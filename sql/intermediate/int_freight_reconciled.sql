/*---
description = """Freight of the deliveries of a period beside the freight that the ledger has on \
accounts which deliveries explain. Amounts add to profit."""
grain       = ["entity_id", "account_id", "period_id", "document_id"]

[columns]
entity_id = "Legal entity; 'unassigned' where that of deliveries is not known."
account_id = """Account of freight. Where inputs.account_map names none any more, there are rows \
only of periods with freight posted while it did."""
period_id = "Accounting period."
document_id = """Document of the ledger where one alone has the period's freight, or where it is \
no bill for freight (there `-` if it has none); else empty."""
currency_code = "ISO 4217 code of the freight; null where it has several."
document_amount = "Freight of the period's deliveries in their currency; null where it has several."
ledger_amount = "Freight posted, in the currency of the documents; null where it has several."
document_functional_amount = """Freight of the deliveries in the entity's currency; null where \
some of it has no rate."""
ledger_functional_amount = "Freight posted, in the entity's currency."
document_reporting_amount = "Freight of the deliveries in the reporting currency, likewise."
ledger_reporting_amount = "Freight posted, in the reporting currency; null where a rate is missing."
difference_class = """Why both differ; empty where they agree. manual_journal and other_subledger: \
entries that are no bill for freight. timing: what differs is made good in a later period, so that \
all up to then agree. missing_in_ledger, missing_in_subledger: nothing on the other side. Else \
wrong_sign, currency_or_rounding (only the reporting amounts differ) or amount_mismatch."""

[checks]
not_null = ["difference_class"]
---*/

with freight_accounts as (
    select min(account_id) as account_id
    from intermediate.int_account_scopes
    where account_scope = 'in' and subledger = 'deliveries'
),

deliveries as (
    select
        coalesce(entity_id, 'unassigned') as entity_id,
        coalesce(period_id, 'unassigned') as period_id,
        case when min(currency_code) = max(currency_code) then min(currency_code) end
            as currency_code,
        cast(-sum(freight_amount) as decimal(18, 4)) as amount,
        case
            when count(freight_functional_amount) = count(freight_amount)
                then cast(-sum(freight_functional_amount) as decimal(18, 4))
        end as functional_amount,
        case
            when count(freight_reporting_amount) = count(freight_amount)
                then cast(-sum(freight_reporting_amount) as decimal(18, 4))
        end as reporting_amount
    from marts.fct_deliveries
    where freight_amount <> 0
    group by coalesce(entity_id, 'unassigned'), coalesce(period_id, 'unassigned')
),

entries as (
    select
        entity_id,
        account_id,
        period_id,
        coalesce(document_id, '-') as document_id,
        case
            when is_manual then 'manual_journal'
            when posting_origin in ('purchasing', 'sales') then ''
            else 'other_subledger'
        end as difference_class,
        currency_code,
        transaction_amount,
        functional_amount,
        reporting_amount
    from intermediate.int_ledger_scoped
    where entry_class in ('direct', 'open')
        and subledger = 'deliveries'
),

postings as (
    select
        entity_id,
        account_id,
        period_id,
        case when min(document_id) = max(document_id) then min(document_id) else '' end
            as document_id,
        difference_class,
        case when min(currency_code) = max(currency_code) then min(currency_code) end
            as currency_code,
        cast(sum(transaction_amount) as decimal(18, 4)) as amount,
        cast(sum(functional_amount) as decimal(18, 4)) as functional_amount,
        case
            when count(reporting_amount) = count(*)
                then cast(sum(reporting_amount) as decimal(18, 4))
        end as reporting_amount
    from entries
    group by
        entity_id,
        account_id,
        period_id,
        case when difference_class = '' then '' else document_id end,
        difference_class
),

-- Deliveries do not say on which account their freight belongs: it is the one of the period's
-- bills for freight, the first by number of several.
bills as (
    select
        postings.*,
        row_number() over (partition by entity_id, period_id order by account_id) = 1 as is_first
    from postings
    where difference_class = ''
),

compared as (
    select
        coalesce(bills.entity_id, deliveries.entity_id) as entity_id,
        coalesce(bills.account_id, freight_accounts.account_id) as account_id,
        coalesce(bills.period_id, deliveries.period_id) as period_id,
        coalesce(bills.document_id, '') as document_id,
        case
            when deliveries.entity_id is null then bills.currency_code
            when bills.entity_id is null then deliveries.currency_code
            when bills.currency_code = deliveries.currency_code then bills.currency_code
        end as currency_code,
        deliveries.amount as document_amount,
        bills.amount as ledger_amount,
        case when deliveries.entity_id is null then 0 else deliveries.functional_amount end
            as document_functional_amount,
        coalesce(bills.functional_amount, 0) as ledger_functional_amount,
        case when deliveries.entity_id is null then 0 else deliveries.reporting_amount end
            as document_reporting_amount,
        case when bills.entity_id is null then 0 else bills.reporting_amount end
            as ledger_reporting_amount,
        deliveries.entity_id is not null as has_deliveries,
        bills.entity_id is not null as has_bills
    from deliveries
    full join bills
        on bills.entity_id = deliveries.entity_id
        and bills.period_id = deliveries.period_id
        and bills.is_first
    cross join freight_accounts
    where coalesce(bills.account_id, freight_accounts.account_id) is not null
),

running as (
    select
        compared.*,
        sum(compared.ledger_functional_amount - compared.document_functional_amount) over (
            partition by compared.entity_id
            order by periods.ends_on, periods.period_number, compared.account_id
        ) as open_amount,
        periods.ends_on,
        periods.period_number
    from compared
    left join marts.dim_periods as periods
        on periods.period_id = compared.period_id
),

-- The last period up to which both agree in sum.
settled as (
    select
        running.*,
        max(case when open_amount = 0 then ends_on end) over (partition by entity_id)
            as settled_on
    from running
),

classed as (
    select
        entity_id,
        account_id,
        period_id,
        document_id,
        currency_code,
        case when currency_code is not null then coalesce(document_amount, 0) end
            as document_amount,
        case when currency_code is not null then coalesce(ledger_amount, 0) end as ledger_amount,
        document_functional_amount,
        ledger_functional_amount,
        document_reporting_amount,
        ledger_reporting_amount,
        case
            when document_functional_amount = ledger_functional_amount
                and document_reporting_amount = ledger_reporting_amount
                then ''
            when document_functional_amount = ledger_functional_amount
                then 'currency_or_rounding'
            when ends_on <= settled_on then 'timing'
            when not has_bills then 'missing_in_ledger'
            when not has_deliveries then 'missing_in_subledger'
            when ledger_functional_amount = -document_functional_amount then 'wrong_sign'
            else 'amount_mismatch'
        end as difference_class
    from settled
    union all
    select
        entity_id,
        account_id,
        period_id,
        document_id,
        currency_code,
        case when currency_code is not null then 0 end as document_amount,
        case when currency_code is not null then amount end as ledger_amount,
        0 as document_functional_amount,
        functional_amount as ledger_functional_amount,
        0 as document_reporting_amount,
        reporting_amount as ledger_reporting_amount,
        difference_class
    from postings
    where difference_class <> ''
)

select
    entity_id,
    account_id,
    period_id,
    document_id,
    currency_code,
    cast(document_amount as decimal(18, 4)) as document_amount,
    cast(ledger_amount as decimal(18, 4)) as ledger_amount,
    cast(document_functional_amount as decimal(18, 4)) as document_functional_amount,
    cast(ledger_functional_amount as decimal(18, 4)) as ledger_functional_amount,
    cast(document_reporting_amount as decimal(18, 4)) as document_reporting_amount,
    cast(ledger_reporting_amount as decimal(18, 4)) as ledger_reporting_amount,
    difference_class
from classed
