/*---
description = "Customers as bookkeeping numbers them, with terms of payment."
grain       = ["debtor_id"]
---*/

select
    debtor_id,
    entity_id,
    customer_id,
    debtor_name,
    tax_number,
    city,
    street_address,
    credit_limit_amount,
    payment_days,
    is_blocked,
    is_related_party,
    opened_on
from finance.debtors
