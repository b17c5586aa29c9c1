/*---
description = "Accounts that the chart lists or that are posted to or planned, one row an account."
grain       = ["account_id"]

[columns]
account_id = "Number of the account."
---*/

select account_id from staging.stg_finance__accounts
union
select account_id from staging.stg_finance__ledger_entries
union
select account_id from staging.stg_finance__budgets
