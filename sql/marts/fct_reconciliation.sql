/*---
description = """Departments' books and the ledger beside each other, one row a subledger, account \
and period: what documents say, what is posted, what explains the difference, and whether it is \
tolerated. Amounts add to profit: revenue is positive, cost negative."""
grain       = ["subledger", "period_id", "entity_id", "account_id"]

[columns]
document_functional_amount = """What documents say, in the entity's currency; null where one has \
no rate."""
ledger_functional_amount = "What is posted, in the entity's currency."
difference_functional_amount = "Posted less what documents say, in the entity's currency."
document_reporting_amount = "What documents say in the reporting currency, likewise."
ledger_reporting_amount = "What is posted in the reporting currency; null where a rate is missing."
difference_reporting_amount = "Posted less what documents say, in the reporting currency."
timing_functional_amount = "Of the difference: posted in another period."
missing_in_ledger_functional_amount = "Of the difference: documents that are not posted."
missing_in_subledger_functional_amount = """Of the difference: postings whose document no \
department has."""
amount_mismatch_functional_amount = "Of the difference: documents posted with another amount."
duplicate_functional_amount = "Of the difference: documents posted several times."
manual_journal_functional_amount = "Of the difference: entries by hand without document."
other_subledger_functional_amount = """Of the difference: entries of another department on the \
account."""
unposted_functional_amount = "Of the difference: documents of which only a draft is entered."
currency_or_rounding_functional_amount = """Of the difference: the same amounts converted or \
rounded otherwise."""
account_outside_range_functional_amount = """Of the difference: documents posted on an account \
that no document explains."""
wrong_sign_functional_amount = "Of the difference: documents posted with their sign turned."
unknown_customer_functional_amount = """Of the difference: documents posted to a debtor nobody \
knows; conversions may differ."""
explained_functional_amount = "What a class explains of the difference, in the entity's currency."
unexplained_functional_amount = """What no class explains, in the entity's currency: where only \
sums of a period are compared."""
explained_reporting_amount = "What a class explains of the difference, in the reporting currency."
unexplained_reporting_amount = "What no class explains, in the reporting currency."
item_count = "Documents and postings compared."
difference_count = "Of these, how many differ or name nobody known."
tolerated_reporting_amount = """Difference that is tolerated, in the reporting currency: the lower \
of the parameter tolerance_amount and of tolerance_ratio of the larger side, both as of the \
period's last day."""
starts_on = "First day of the period."
ends_on = "Last day of the period."
reconciliation_status = """reconciled where each document agrees with the ledger in the entity's \
currency; within_tolerance where they differ by no more than rounding makes, even if nothing is \
tolerated (half of the currency's smallest unit for each line that is converted by itself, so 0.05 \
for ten lines), or in sum by no more than is tolerated; else unreconciled."""

[checks]
not_null = ["difference_functional_amount", "reconciliation_status"]

[checks.accepted]
reconciliation_status = ["reconciled", "within_tolerance", "unreconciled"]
---*/

with sums as (
    select
        subledger,
        period_id,
        entity_id,
        account_id,
        functional_currency_code,
        reporting_currency_code,
        case
            when count(document_functional_amount) = count(*)
                then cast(sum(document_functional_amount) as decimal(18, 4))
        end as document_functional_amount,
        cast(sum(ledger_functional_amount) as decimal(18, 4)) as ledger_functional_amount,
        cast(sum(difference_functional_amount) as decimal(18, 4))
            as difference_functional_amount,
        case
            when count(document_reporting_amount) = count(*)
                then cast(sum(document_reporting_amount) as decimal(18, 4))
        end as document_reporting_amount,
        case
            when count(ledger_reporting_amount) = count(*)
                then cast(sum(ledger_reporting_amount) as decimal(18, 4))
        end as ledger_reporting_amount,
        cast(sum(difference_reporting_amount) as decimal(18, 4)) as difference_reporting_amount,
        cast(
            sum(
                case when difference_class = 'timing' then difference_functional_amount else 0 end
            ) as decimal(18, 4)
        ) as timing_functional_amount,
        cast(
            sum(
                case
                    when difference_class = 'missing_in_ledger' then difference_functional_amount
                    else 0
                end
            ) as decimal(18, 4)
        ) as missing_in_ledger_functional_amount,
        cast(
            sum(
                case
                    when difference_class = 'missing_in_subledger' then difference_functional_amount
                    else 0
                end
            ) as decimal(18, 4)
        ) as missing_in_subledger_functional_amount,
        cast(
            sum(
                case
                    when difference_class = 'amount_mismatch' then difference_functional_amount
                    else 0
                end
            ) as decimal(18, 4)
        ) as amount_mismatch_functional_amount,
        cast(
            sum(
                case
                    when difference_class = 'duplicate' then difference_functional_amount
                    else 0
                end
            ) as decimal(18, 4)
        ) as duplicate_functional_amount,
        cast(
            sum(
                case
                    when difference_class = 'manual_journal' then difference_functional_amount
                    else 0
                end
            ) as decimal(18, 4)
        ) as manual_journal_functional_amount,
        cast(
            sum(
                case
                    when difference_class = 'other_subledger' then difference_functional_amount
                    else 0
                end
            ) as decimal(18, 4)
        ) as other_subledger_functional_amount,
        cast(
            sum(
                case when difference_class = 'unposted' then difference_functional_amount else 0 end
            ) as decimal(18, 4)
        ) as unposted_functional_amount,
        cast(
            sum(
                case
                    when difference_class = 'currency_or_rounding' then difference_functional_amount
                    else 0
                end
            ) as decimal(18, 4)
        ) as currency_or_rounding_functional_amount,
        cast(
            sum(
                case
                    when difference_class = 'account_outside_range'
                        then difference_functional_amount
                    else 0
                end
            ) as decimal(18, 4)
        ) as account_outside_range_functional_amount,
        cast(
            sum(
                case
                    when difference_class = 'wrong_sign' then difference_functional_amount
                    else 0
                end
            ) as decimal(18, 4)
        ) as wrong_sign_functional_amount,
        cast(
            sum(
                case
                    when difference_class = 'unknown_customer' then difference_functional_amount
                    else 0
                end
            ) as decimal(18, 4)
        ) as unknown_customer_functional_amount,
        cast(
            sum(case when is_explained then difference_functional_amount else 0 end)
            as decimal(18, 4)
        ) as explained_functional_amount,
        cast(
            sum(case when is_explained then 0 else difference_functional_amount end)
            as decimal(18, 4)
        ) as unexplained_functional_amount,
        cast(
            sum(case when is_explained then difference_reporting_amount else 0 end)
            as decimal(18, 4)
        ) as explained_reporting_amount,
        cast(
            sum(case when is_explained then 0 else difference_reporting_amount end)
            as decimal(18, 4)
        ) as unexplained_reporting_amount,
        count(*) as item_count,
        sum(case when difference_class = '' then 0 else 1 end) as difference_count,
        sum(case when difference_functional_amount is null then 1 else 0 end) as unpriced_count,
        sum(case when difference_functional_amount = 0 then 0 else 1 end) as unequal_count,
        sum(case when difference_functional_amount = 0 or is_rounding then 0 else 1 end)
            as open_count,
        min(starts_on) as starts_on,
        min(ends_on) as ends_on
    from marts.fct_reconciliation_items
    group by
        subledger,
        period_id,
        entity_id,
        account_id,
        functional_currency_code,
        reporting_currency_code
),

tolerances as (
    select
        parameter_name,
        parameter_number,
        valid_from_on,
        lead(valid_from_on) over (
            partition by parameter_name
            order by valid_from_on
        ) as valid_until_on
    from staging.stg_inputs__parameters
    where parameter_name in ('tolerance_ratio', 'tolerance_amount')
),

-- Without a parameter nothing is tolerated. Where a rate is missing, the larger side is not known.
tolerated as (
    select
        sums.*,
        cast(
            least(
                coalesce(amounts.parameter_number, 0),
                coalesce(ratios.parameter_number, 0) * coalesce(
                    greatest(
                        abs(sums.document_reporting_amount), abs(sums.ledger_reporting_amount)
                    ),
                    0
                )
            ) as decimal(18, 4)
        ) as tolerated_reporting_amount
    from sums
    left join tolerances as amounts
        on amounts.parameter_name = 'tolerance_amount'
        and amounts.valid_from_on <= sums.ends_on
        and (amounts.valid_until_on is null or sums.ends_on < amounts.valid_until_on)
    left join tolerances as ratios
        on ratios.parameter_name = 'tolerance_ratio'
        and ratios.valid_from_on <= sums.ends_on
        and (ratios.valid_until_on is null or sums.ends_on < ratios.valid_until_on)
)

select
    subledger,
    period_id,
    entity_id,
    account_id,
    functional_currency_code,
    reporting_currency_code,
    document_functional_amount,
    ledger_functional_amount,
    cast(coalesce(difference_functional_amount, 0) as decimal(18, 4))
        as difference_functional_amount,
    document_reporting_amount,
    ledger_reporting_amount,
    difference_reporting_amount,
    timing_functional_amount,
    missing_in_ledger_functional_amount,
    missing_in_subledger_functional_amount,
    amount_mismatch_functional_amount,
    duplicate_functional_amount,
    manual_journal_functional_amount,
    other_subledger_functional_amount,
    unposted_functional_amount,
    currency_or_rounding_functional_amount,
    account_outside_range_functional_amount,
    wrong_sign_functional_amount,
    unknown_customer_functional_amount,
    explained_functional_amount,
    unexplained_functional_amount,
    explained_reporting_amount,
    unexplained_reporting_amount,
    item_count,
    difference_count,
    tolerated_reporting_amount,
    case
        when unequal_count = 0 then 'reconciled'
        when unpriced_count > 0 then 'unreconciled'
        when open_count = 0
            or difference_functional_amount = 0
            or abs(difference_reporting_amount) <= tolerated_reporting_amount
            then 'within_tolerance'
        else 'unreconciled'
    end as reconciliation_status,
    starts_on,
    ends_on
from tolerated
