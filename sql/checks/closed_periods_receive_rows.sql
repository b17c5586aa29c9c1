/*---
description = """Entries of the ledger that came to a closed period, or changed in one; they are \
booked in the next open period, and named until that is closed too."""
severity    = "warning"

[units]
net_functional_amount = "functional_currency_code"
---*/

with decided_periods as (
    select
        period_id,
        entity_id,
        status,
        row_number() over (
            partition by period_id, entity_id order by status_number desc
        ) as decision_rank
    from patron.period_status
)

select
    entries.entity_id,
    entries.source_period_id,
    entries.period_id,
    entries.entry_id,
    entries.booking_kind,
    entries.account_id,
    entries.net_functional_amount,
    entries.functional_currency_code
from marts.fct_ledger_entries as entries
left anti join decided_periods as decided
    on decided.period_id = entries.period_id
    and coalesce(decided.entity_id, entries.entity_id) = entries.entity_id
    and decided.decision_rank = 1
    and decided.status = 'closed'
where entries.booking_kind <> 'original'
