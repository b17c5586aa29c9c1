/*---
description = """Every pool of cost comes to zero by account: what it took from the ledger and \
from other pools it gave on or spread over customers, to the last cent of both currencies."""
severity    = "error"
---*/

select
    period_id,
    entity_id,
    pool_name,
    account_id,
    cast(sum(functional_amount) as decimal(18, 4)) as functional_amount,
    cast(sum(reporting_amount) as decimal(18, 4)) as reporting_amount
from marts.fct_allocations
group by period_id, entity_id, pool_name, account_id
having sum(functional_amount) <> 0
    or coalesce(sum(reporting_amount), 0) <> 0
