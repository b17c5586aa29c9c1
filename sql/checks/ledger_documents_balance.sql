/*---
description = """Posted entries of a document sum to zero in the entity's currency, per entity and \
period; a refused entry of its source leaves a document out of balance."""
severity    = { open = "warning", closed = "error", period = "period_id" }
---*/

select
    entity_id,
    period_id,
    document_id,
    count(*) as entry_count,
    cast(sum(functional_amount) as decimal(18, 4)) as difference_amount
from staging.stg_finance__ledger_entries
where posting_status = 'posted'
group by entity_id, period_id, document_id
having sum(functional_amount) <> 0
