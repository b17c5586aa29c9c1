/*---
description = "The fiscal calendar, adjusting periods included."
grain       = ["period_id"]

[shape]
period_id      = "text"
fiscal_quarter = "text"
fiscal_year    = "integer"
period_number  = "integer"
is_adjusting   = "boolean"
starts_on      = "date"
ends_on        = "date"
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
