-- Entries of the ledger, each at the rate of the day on which it was posted.
with entries as (
    select
        e.entry_id,
        e.posted_on::date as posted_on,
        e.period_id,
        e.entity_id,
        e.account_id,
        e.cost_centre_id,
        customer_of('finance', e.debtor_id) as customer_id,
        e.document_id,
        e.document_type,
        e.posting_status,
        e.posting_status = 'posted' as is_posted,
        in_cny(e.functional_amount, books_of(e.entity_id), e.posted_on::date) as amount,
        a.account_kind,
        a.account_name,
        a.parent_account_id,
        e.posting_origin
    from feeds.finance_ledger_entries as e
    inner join feeds.finance_accounts as a using (account_id)
)

select
    * exclude (is_posted, amount, parent_account_id, posting_origin),
    coalesce(parent_account_id, account_id) as root_account_id,
    case when is_posted then amount end as posted_amount,
    case when is_posted and amount > 0 then amount end as debit_amount,
    case when is_posted and amount < 0 then amount end as credit_amount,
    case when is_posted and account_kind in ('income', 'expense') then -amount end
        as result_amount,
    case when is_posted and account_kind = 'income' then -amount end as income_amount,
    case when is_posted and account_kind = 'expense' then amount end as expense_amount,
    case when not is_posted then amount end as draft_amount,
    is_posted::bigint as posted_count,
    (not is_posted)::bigint as draft_count,
    0::bigint as unpriced_count,
    period_id = 'FY26-P06A' as is_adjusting,
    account_kind in ('income', 'expense') as is_profit_and_loss,
    posting_origin = 'manual' as is_manual
from entries
