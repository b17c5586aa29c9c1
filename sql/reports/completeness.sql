/*---
description = """How far is the ledger posted in a span of periods, is its last period over and \
closed, and how far are its figures assigned and reconciled?"""
label       = { en = "Completeness", "zh-CN" = "完整性" }
grain       = ["period_ends_on"]

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
posted_to_on = """Greatest date of the span's entries in the ledger, whenever they were read; null \
without entries."""
period_ends_on = "Last day of the last period."
period_status = """Of the last period: closed, partly_closed (for some legal entities), open, or \
not_over where the ledger has no entry yet of its last day or later, so that cost may be missing."""
unassigned_amount = "Profit of the span that nobody is known to have earned or caused."
unused_capacity_amount = "Cost of the span's capacity that nobody used."
reconciliation_status = """The worst of the span's accounts: reconciled, within_tolerance (also \
where lines were merely rounded) or unreconciled."""
unexplained_amount = """Differences between documents and ledger that no class explains, without \
sign."""

[labels.en]
posted_to_on = "ledger posted up to"
period_ends_on = "last day of the period"
period_status = "status of the period"
unassigned_amount = "without a customer"
unused_capacity_amount = "unused capacity"
reconciliation_status = "documents and ledger"
unexplained_amount = "not explained"

[labels."zh-CN"]
posted_to_on = "总账入账至"
period_ends_on = "期间最后一天"
period_status = "期间状态"
unassigned_amount = "未分配"
unused_capacity_amount = "闲置产能"
reconciliation_status = "单据与总账"
unexplained_amount = "未解释"

[values]
period_status = ["open", "closed", "partly_closed", "not_over"]

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

posted as (
    select
        max(entries.posted_on) filter (where periods.period_id is not null) as posted_to_on,
        max(entries.posted_on) as newest_posted_on
    from marts.fct_ledger_entries as entries
    left join periods
        on entries.period_id = periods.period_id
    where entries.is_posted
        and ($entity is null or entries.entity_id = $entity)
),

-- What was decided last about an entity holds, be it about that entity or about all.
decisions as (
    select
        entities.entity_id,
        decided.status,
        row_number() over (
            partition by entities.entity_id order by decided.status_number desc
        ) as decision_rank
    from marts.dim_entities as entities
    left join patron.period_status as decided
        on coalesce(decided.entity_id, entities.entity_id) = entities.entity_id
        and decided.period_id = $period
    where $entity is null
        or entities.entity_id = $entity
),

closed as (
    select
        count(*) as entity_count,
        count(*) filter (where status = 'closed') as closed_count
    from decisions
    where decision_rank = 1
),

stands as (
    select
        posted.posted_to_on,
        last.ends_on as period_ends_on,
        case
            when closed.closed_count > 0 and closed.closed_count = closed.entity_count
                then 'closed'
            when closed.closed_count > 0 then 'partly_closed'
            when posted.newest_posted_on >= last.ends_on then 'open'
            else 'not_over'
        end as period_status
    from marts.dim_periods as last
    cross join posted
    cross join closed
    where last.period_id = $period
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
    stands.posted_to_on,
    stands.period_ends_on,
    stands.period_status,
    amounts.unassigned_amount,
    amounts.unused_capacity_amount,
    sides.reconciliation_status,
    sides.unexplained_amount
from amounts
cross join sides
cross join stands
