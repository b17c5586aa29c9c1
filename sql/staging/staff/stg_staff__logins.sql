/*---
description = "Sign-ins by account and application."
grain       = ["login_id"]
---*/

select
    login_id,
    crm_account_id,
    application_name,
    session_minutes,
    logged_in_at
from staff.logins
