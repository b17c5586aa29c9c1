/*---
description = "Contracted and practical minutes by employee and period."
grain       = ["period_id", "employee_id"]
---*/

select
    period_id,
    employee_id,
    cost_centre_id,
    contracted_minutes,
    practical_minutes
from staff.capacity
