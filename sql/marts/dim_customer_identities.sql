/*---
description = "The crosswalk: which customer each department's number was and is, and why."
grain       = ["source_system", "local_id", "assignment_number"]

[columns]
customer_name = "The company's name as the number's department writes it; null if it left the list."
is_current    = "Whether the assignment holds now."

[checks]
not_null = ["customer_id"]
---*/

select
    assignments.source_system,
    assignments.local_id,
    assignments.assignment_number,
    assignments.customer_id,
    records.customer_name,
    assignments.change_kind,
    assignments.match_rule,
    assignments.decided_by,
    assignments.match_score,
    assignments.ended_on is null as is_current,
    assignments.valid_from_on,
    assignments.assigned_on,
    assignments.ended_on
from intermediate.int_customer_assignments as assignments
left join intermediate.int_customer_records as records
    on assignments.source_system = records.source_system
    and assignments.local_id = records.local_id
