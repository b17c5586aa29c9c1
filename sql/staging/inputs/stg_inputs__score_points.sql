/*---
description = "Points of the customer score by value or range."
grain       = ["score_version", "item_name", "item_value", "low_value"]

[shape]
score_version = "text"
item_name     = "text"
item_value    = "text"
low_value     = "decimal(18,4)"
high_value    = "decimal(18,4)"
point_count   = "decimal(9,2)"
---*/

select
    score_version,
    item_name,
    item_value,
    low_value,
    high_value,
    point_count
from inputs.score_points
