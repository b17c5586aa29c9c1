/*---
description = "Commitments to customers with due date, amount and wording."
grain       = ["promise_id"]
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
