/*---
description = "Every debtor that an entry of the ledger names is in the list of debtors."
severity    = "warning"
---*/

select
    ledger.entity_id,
    ledger.period_id,
    ledger.debtor_id,
    count(*) as entry_count,
    cast(sum(ledger.functional_amount) as decimal(18, 4)) as functional_amount
from staging.stg_finance__ledger_entries as ledger
left join staging.stg_finance__debtors as debtors
    on debtors.debtor_id = ledger.debtor_id
where ledger.debtor_id is not null
    and debtors.debtor_id is null
group by ledger.entity_id, ledger.period_id, ledger.debtor_id
