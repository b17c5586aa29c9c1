/*---
description = "Contracted and practical minutes by employee and period."
grain       = ["period_id", "employee_id"]

[shape]
period_id          = "text"
employee_id        = "text"
cost_centre_id     = "text"
contracted_minutes = "integer"
practical_minutes  = "integer"
---*/

select
    period_id,
    employee_id,
    cost_centre_id,
    contracted_minutes,
    practical_minutes
from staff.capacity
