/*---
description = "The fiscal calendar, adjusting periods included."
grain       = ["period_id"]
---*/

select
    period_id,
    fiscal_quarter,
    fiscal_year,
    period_number,
    is_adjusting,
    starts_on,
    ends_on
from inputs.calendar
