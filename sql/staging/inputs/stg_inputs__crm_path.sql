/*---
description = "Baseline and target of each effect expected of the customer system."
grain       = ["measure_name", "period_id"]
---*/

select
    measure_name,
    period_id,
    measure_unit,
    baseline_value,
    target_value
from inputs.crm_path
