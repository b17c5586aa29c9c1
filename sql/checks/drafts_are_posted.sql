/*---
description = "Documents entered in the ledger but not posted; no sum of the ledger holds them."
severity    = { open = "warning", closed = "error", period = "period_id" }

[units]
debit_functional_amount = "functional_currency_code"
---*/

select
    entity_id,
    period_id,
    document_id,
    count(*) as entry_count,
    cast(
        sum(case when net_functional_amount > 0 then net_functional_amount else 0 end)
        as decimal(18, 4)
    ) as debit_functional_amount,
    functional_currency_code
from marts.fct_ledger_entries
where not is_posted
group by entity_id, period_id, document_id, functional_currency_code
having sum(abs(net_functional_amount)) <> 0
