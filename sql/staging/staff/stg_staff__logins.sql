/*---
description = "Sign-ins by account and application."
grain       = ["login_id"]

[shape]
login_id         = "text"
crm_account_id   = "text"
application_name = "text"
session_minutes  = "integer"
logged_in_at     = "timestamp"
---*/

select
    login_id,
    crm_account_id,
    application_name,
    session_minutes,
    logged_in_at
from staff.logins
