/*---
description = "Ranges of accounts and the statement line of each."
grain       = ["account_from_id", "valid_from_on"]

[shape]
account_from_id = "text"
valid_from_on   = "date"
account_to_id   = "text"
account_scope   = "text"
statement_line  = "text"
subledger       = "text"
document_part   = "text"
scope_reason    = "text"
valid_to_on     = "date"
---*/

select
    account_from_id,
    valid_from_on,
    account_to_id,
    account_scope,
    statement_line,
    subledger,
    document_part,
    scope_reason,
    valid_to_on
from inputs.account_map
