/*---
description = "How far are the figures of a period assigned and reconciled?"
label       = { en = "Completeness", "zh-CN" = "完整性" }
grain       = ["unassigned_amount"]

[parameters.period]
type = "period"
default = "newest_period"
description = "Period that is looked at."

[columns]
unassigned_amount = "Profit of the period that nobody is known to have earned or caused."
unused_capacity_amount = "Cost of the period's capacity that nobody used."
reconciliation_status = """The worst of the period's accounts: reconciled, within_tolerance or \
unreconciled."""
unexplained_amount = """Differences between documents and ledger that no class explains, without \
sign."""

[labels.en]
unassigned_amount = "without a customer"
unused_capacity_amount = "unused capacity"
reconciliation_status = "documents and ledger"
unexplained_amount = "not explained"

[labels."zh-CN"]
unassigned_amount = "未分配"
unused_capacity_amount = "闲置产能"
reconciliation_status = "单据与总账"
unexplained_amount = "未解释"

[units]
unassigned_amount = "reporting_currency"
unused_capacity_amount = "reporting_currency"
unexplained_amount = "reporting_currency"
---*/

-- Adjusting periods stand with the regular one that holds them.
with periods as (
    select held.period_id
    from marts.dim_periods as named
    join marts.dim_periods as held
        on named.sequence_number = held.sequence_number
    where named.period_id = $period
),

amounts as (
    select
        cast(
            coalesce(sum(reporting_amount) filter (where bucket = 'unassigned'), 0)
            as decimal(18, 4)
        ) as unassigned_amount,
        cast(
            coalesce(sum(reporting_amount) filter (where bucket = 'unused_capacity'), 0)
            as decimal(18, 4)
        ) as unused_capacity_amount
    from marts.fct_profit_lines as lines
    join periods
        on lines.period_id = periods.period_id
),

sides as (
    select
        case
            when count(*) filter (where reconciliation_status = 'unreconciled') > 0
                then 'unreconciled'
            when count(*) filter (where reconciliation_status = 'within_tolerance') > 0
                then 'within_tolerance'
            when count(*) > 0 then 'reconciled'
        end as reconciliation_status,
        cast(coalesce(sum(abs(unexplained_reporting_amount)), 0) as decimal(18, 4))
            as unexplained_amount
    from marts.fct_reconciliation as reconciled
    join periods
        on reconciled.period_id = periods.period_id
)

select
    amounts.unassigned_amount,
    amounts.unused_capacity_amount,
    sides.reconciliation_status,
    sides.unexplained_amount
from amounts
cross join sides
