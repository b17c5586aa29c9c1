/*---
description = "Qualification of new customers, step by step."
grain       = ["customer_id", "step_number"]
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
