/*---
description = "Targets for customers, products and people."
grain       = ["target_id"]
---*/

select
    target_id,
    period_id,
    subject_id,
    subject_kind,
    measure_name,
    currency_code,
    target_amount
from inputs.targets
