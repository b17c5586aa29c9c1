/*---
description = "Commitments to customers with due date, amount and wording."
grain       = ["promise_id"]

[shape]
promise_id      = "text"
customer_id     = "text"
contact_id      = "text"
employee_id     = "text"
touch_id        = "text"
promise_kind    = "text"
promise_subject = "text"
currency_code   = "text"
promise_wording = "text"
promise_status  = "text"
promised_amount = "decimal(18,2)"
promised_on     = "date"
due_on          = "date"
changed_at      = "timestamp"
---*/

select
    promise_id,
    customer_id,
    contact_id,
    employee_id,
    touch_id,
    promise_kind,
    promise_subject,
    currency_code,
    promise_wording,
    promise_status,
    promised_amount,
    promised_on,
    due_on,
    changed_at
from sales.promises
