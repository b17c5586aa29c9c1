/*---
description = "Customers as the sales department keeps them."
grain       = ["customer_id"]
---*/

select
    customer_id,
    name,
    industry,
    region,
    is_active,
    credit_limit_amount,
    customer_since_on,
    changed_on
from sales.customers
