/*---
description = "Accounts with parents, statement line and sign."
grain       = ["account_id"]

[shape]
account_id        = "text"
parent_account_id = "text"
account_name      = "text"
account_name_zh   = "text"
account_kind      = "text"
statement_line    = "text"
subledger         = "text"
normal_sign       = "integer"
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
