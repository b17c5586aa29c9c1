/*---
description = "Promises to customers as contacts of their day."
grain       = ["promise_id"]
month       = "happened_at"

[columns]
happened_at = "Midnight UTC of the day of the promise, whose time of day nobody keeps."
---*/

select
    promise_id,
    customer_id,
    contact_id,
    employee_id,
    touch_id,
    promise_kind,
    promise_subject,
    promise_wording,
    promise_status,
    currency_code,
    promised_amount,
    promised_on,
    due_on,
    cast(promised_on as timestamp) as happened_at
from staging.stg_sales__promises
