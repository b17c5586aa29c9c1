/*---
description = """What an account means for customer profit from a day on, one row an account and \
first day; an account that no range of inputs.account_map covers has none."""
grain       = ["account_id", "valid_from_on"]

[columns]
account_scope = "Whether the account counts in customer profit: in, or out with its reason."
profit_line = "Line of customer profit to which it belongs; null where it is out."
document_part = """Part of documents that is posted on it, as goods or discount; null where none \
is."""
valid_to_on = """Last day, which belongs to it; null while it holds. The day before the account's \
next row where that is earlier."""
---*/

-- Numbers of accounts are compared as text. Where ranges overlap, the one that begins last, as the
-- narrower one, decides.
with covered_accounts as (
    select
        accounts.account_id,
        account_map.account_scope,
        account_map.statement_line as profit_line,
        account_map.subledger,
        account_map.document_part,
        account_map.scope_reason,
        account_map.valid_from_on,
        account_map.valid_to_on,
        row_number() over (
            partition by accounts.account_id, account_map.valid_from_on
            order by account_map.account_from_id desc
        ) as preference
    from intermediate.int_accounts_listed as accounts
    inner join staging.stg_inputs__account_map as account_map
        on accounts.account_id between account_map.account_from_id and account_map.account_to_id
)

select
    account_id,
    account_scope,
    profit_line,
    subledger,
    document_part,
    scope_reason,
    valid_from_on,
    least(
        valid_to_on,
        cast(
            lead(valid_from_on) over (partition by account_id order by valid_from_on)
            - interval '1 day' as date
        )
    ) as valid_to_on
from covered_accounts
where preference = 1
