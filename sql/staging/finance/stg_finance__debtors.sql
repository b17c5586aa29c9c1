/*---
description = "Customers as bookkeeping numbers them, with terms of payment."
grain       = ["debtor_id"]

[shape]
debtor_id           = "text"
entity_id           = "text"
customer_id         = "text"
debtor_name         = "text"
tax_number          = "text"
city                = "text"
street_address      = "text"
credit_limit_amount = "decimal(18,2)"
payment_days        = "integer"
is_blocked          = "boolean"
is_related_party    = "boolean"
opened_on           = "date"
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
