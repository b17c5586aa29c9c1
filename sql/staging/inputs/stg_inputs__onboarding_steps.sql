/*---
description = "Qualification of new customers, step by step."
grain       = ["customer_id", "step_number"]

[shape]
customer_id = "text"
step_number = "integer"
owner_id    = "text"
approver_id = "text"
step_name   = "text"
step_status = "text"
started_on  = "date"
finished_on = "date"
approved_on = "date"
---*/

select
    customer_id,
    step_number,
    owner_id,
    approver_id,
    step_name,
    step_status,
    started_on,
    finished_on,
    approved_on
from inputs.onboarding_steps
