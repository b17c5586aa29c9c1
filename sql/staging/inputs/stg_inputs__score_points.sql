/*---
description = "Points of the customer score by value or range."
grain       = ["score_version", "item_name", "item_value", "low_value"]
---*/

select
    score_version,
    item_name,
    item_value,
    low_value,
    high_value,
    point_count
from inputs.score_points
