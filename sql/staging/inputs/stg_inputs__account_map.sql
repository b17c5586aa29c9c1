/*---
description = "Ranges of accounts and the statement line of each."
grain       = ["account_from_id", "valid_from_on"]
---*/

select
    account_from_id,
    valid_from_on,
    account_to_id,
    account_scope,
    statement_line,
    subledger,
    scope_reason,
    valid_to_on
from inputs.account_map
