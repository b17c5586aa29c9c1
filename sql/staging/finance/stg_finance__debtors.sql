/*---
description = "Customers as bookkeeping numbers them."
grain       = ["debtor_id"]
---*/

select
    debtor_id,
    customer_id,
    debtor_name,
    tax_number,
    credit_limit_amount,
    is_blocked
from finance.debtors
