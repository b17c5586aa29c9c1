/*---
description = "Accounts with their parents and what they mean for profit, one row an account."
grain       = ["account_id"]

[columns]
account_id = "Number of the account."
root_account_id = """The account at the top of its branch of the chart; itself where it has no \
parent."""
account_path = "Numbers from the top of the branch down to the account, as 6000/6001."
account_scope = """Whether the account counts in customer profit by the newest row of \
inputs.account_map: in, or out with its reason; null where no range covers it. The scope of an \
entry's own day stands on the entry."""
profit_line = "Line of customer profit to which it belongs by the same row; null where it is out."
subledger = "Books that explain the account by the same row; else what the chart says."
document_part = "Part of documents that is posted on it by the same row; null where none is."
level_number = "How deep in the chart it lies; 1 is the top."
is_in_chart = "False for an account that is posted to or planned and missing in the chart."
---*/

with recursive branches as (
    select
        account_id,
        account_id as root_account_id,
        account_id as account_path,
        cast(1 as bigint) as level_number
    from staging.stg_finance__accounts
    where parent_account_id is null
    union all
    -- Ten levels are more than charts have; accounts that are each other's parents would never end.
    select
        accounts.account_id,
        branches.root_account_id,
        concat(branches.account_path, '/', accounts.account_id) as account_path,
        branches.level_number + 1 as level_number
    from staging.stg_finance__accounts as accounts
    inner join branches
        on branches.account_id = accounts.parent_account_id
    where branches.level_number < 10
),

newest_scopes as (
    select
        account_id,
        account_scope,
        profit_line,
        subledger,
        document_part,
        scope_reason,
        row_number() over (partition by account_id order by valid_from_on desc) as age_rank
    from intermediate.int_account_scopes
)

select
    listed.account_id,
    accounts.parent_account_id,
    coalesce(branches.root_account_id, listed.account_id) as root_account_id,
    accounts.account_name,
    accounts.account_name_zh,
    coalesce(branches.account_path, listed.account_id) as account_path,
    accounts.account_kind,
    accounts.statement_line,
    newest_scopes.account_scope,
    newest_scopes.profit_line,
    newest_scopes.scope_reason,
    coalesce(newest_scopes.subledger, accounts.subledger) as subledger,
    newest_scopes.document_part,
    accounts.normal_sign,
    coalesce(branches.level_number, 1) as level_number,
    accounts.account_id is not null as is_in_chart
from intermediate.int_accounts_listed as listed
left join staging.stg_finance__accounts as accounts
    on accounts.account_id = listed.account_id
left join branches
    on branches.account_id = listed.account_id
left join newest_scopes
    on newest_scopes.account_id = listed.account_id
    and newest_scopes.age_rank = 1
