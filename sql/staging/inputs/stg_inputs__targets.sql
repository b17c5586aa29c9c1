/*---
description = "Targets for customers, products and people."
grain       = ["target_id"]

[shape]
target_id     = "text"
period_id     = "text"
subject_id    = "text"
subject_kind  = "text"
measure_name  = "text"
currency_code = "text"
target_amount = "decimal(18,2)"
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
