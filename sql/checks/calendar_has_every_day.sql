/*---
description = "Every day from the first regular period to the last belongs to one of them."
severity    = "error"
---*/

with gaps as (
    select
        date_on as last_day_on,
        lead(date_on) over (order by date_on) as next_day_on
    from marts.dim_dates
)

select
    last_day_on,
    next_day_on
from gaps
where next_day_on <> last_day_on + interval '1 day'
