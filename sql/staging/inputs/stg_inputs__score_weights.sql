/*---
description = "Items of the customer score and how much each counts."
grain       = ["score_version", "item_name"]

[shape]
score_version    = "text"
item_name        = "text"
item_description = "text"
item_weight      = "decimal(9,6)"
valid_from_on    = "date"
---*/

select
    score_version,
    item_name,
    item_description,
    item_weight,
    valid_from_on
from inputs.score_weights
