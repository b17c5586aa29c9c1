/*---
description = "Every known number of every department and the customer that it belongs to now."
grain       = ["source_system", "local_id"]

[columns]
customer_id = "The customer; `unassigned` where nothing matches."
match_rule  = "The rule that assigned it; `none` where nothing matches."

[checks]
not_null = ["customer_id"]
---*/

with numbers as (
    select source_system, local_id
    from intermediate.int_customer_records
    union
    -- Documents may name numbers that their department no longer lists.
    select source_system, local_id
    from intermediate.int_customer_assignments
    where ended_on is null
)

select
    numbers.source_system,
    numbers.local_id,
    coalesce(assignments.customer_id, 'unassigned') as customer_id,
    coalesce(assignments.match_rule, 'none') as match_rule,
    assignments.match_score,
    assignments.assigned_on
from numbers
left join intermediate.int_customer_assignments as assignments
    on numbers.source_system = assignments.source_system
    and numbers.local_id = assignments.local_id
    and assignments.ended_on is null
