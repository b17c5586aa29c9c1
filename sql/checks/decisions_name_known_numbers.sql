/*---
description = "Decisions of people about numbers that no department lists, so that they do nothing."
severity    = "warning"
---*/

with named as (
    select decision_number, left_system as source_system, left_local_id as local_id
    from patron.match_decisions
    union all
    select decision_number, right_system, right_local_id
    from patron.match_decisions
)

select named.decision_number, named.source_system, named.local_id
from named
left anti join intermediate.int_customer_records as records
    on named.source_system = records.source_system
    and named.local_id = records.local_id
