/*---
description = "Which share of its purchases each type of customer should make in each category."
grain       = ["customer_type", "product_category", "valid_from_on"]

[shape]
customer_type    = "text"
product_category = "text"
valid_from_on    = "date"
target_ratio     = "decimal(9,6)"
---*/

select
    customer_type,
    product_category,
    valid_from_on,
    target_ratio
from inputs.mix_targets
