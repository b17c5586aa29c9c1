/*---
description = "Which share of its purchases each type of customer should make in each category."
grain       = ["customer_type", "product_category", "valid_from_on"]
---*/

select
    customer_type,
    product_category,
    valid_from_on,
    target_ratio
from inputs.mix_targets
