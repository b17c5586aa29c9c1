/*---
description = "Items of the customer score and how much each counts."
grain       = ["score_version", "item_name"]
---*/

select
    score_version,
    item_name,
    item_description,
    item_weight,
    valid_from_on
from inputs.score_weights
