/*---
description = "Customers as the sales department keeps them."
grain       = ["customer_id"]
---*/

select
    customer_id,
    customer_name,
    industry,
    region,
    credit_limit_amount,
    is_active,
    customer_since_on,
    changed_on
from sales.customers
