/*---
description = "Who sent goods back, one row a return."
grain       = ["return_id"]

[columns]
customer_id = "Number of the customer in sales; the first by text should lines of a return differ."
---*/

select
    return_id,
    min(customer_id) as customer_id
from staging.stg_sales__returns
group by return_id
