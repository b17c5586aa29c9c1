/*---
description = "Accounts with parents, statement line and sign."
grain       = ["account_id"]
---*/

select
    account_id,
    parent_account_id,
    account_name,
    account_name_zh,
    account_kind,
    statement_line,
    subledger,
    normal_sign
from finance.accounts
