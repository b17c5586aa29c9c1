/*---
description = "Customers as bookkeeping numbers them."
grain       = ["debtor_id"]
---*/

select
    debtor_id,
    sales_customer_id as customer_id,
    name,
    tax_number,
    credit_limit_amount,
    is_blocked
from finance.debtors
