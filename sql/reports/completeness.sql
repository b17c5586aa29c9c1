/*---
description = "How far are the figures of a span of periods assigned and reconciled?"
label       = { en = "Completeness", "zh-CN" = "完整性" }
grain       = ["unassigned_amount"]

[parameters.period]
type = "period"
default = "newest_period"
description = "Last period of the span; adjusting periods stand with the regular one."

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

[columns]
unassigned_amount = "Profit of the span that nobody is known to have earned or caused."
unused_capacity_amount = "Cost of the span's capacity that nobody used."
reconciliation_status = """The worst of the span's accounts: reconciled, within_tolerance (also \
where lines were merely rounded) or unreconciled."""
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
    from marts.dim_periods as held
    join marts.dim_periods as last
        on held.sequence_number <= last.sequence_number
    join marts.dim_periods as first
        on held.sequence_number >= first.sequence_number
    where last.period_id = $period
        and first.period_id = coalesce($from_period, $period)
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
    where $entity is null
        or lines.entity_id = $entity
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
    where $entity is null
        or reconciled.entity_id = $entity
)

select
    amounts.unassigned_amount,
    amounts.unused_capacity_amount,
    sides.reconciliation_status,
    sides.unexplained_amount
from amounts
cross join sides
