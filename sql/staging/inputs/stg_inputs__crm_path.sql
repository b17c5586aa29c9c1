/*---
description = "Baseline and target of each effect expected of the customer system."
grain       = ["measure_name", "period_id"]

[shape]
measure_name   = "text"
period_id      = "text"
measure_unit   = "text"
baseline_value = "decimal(18,6)"
target_value   = "decimal(18,6)"
---*/

select
    measure_name,
    period_id,
    measure_unit,
    baseline_value,
    target_value
from inputs.crm_path
