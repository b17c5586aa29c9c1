/*---
description = """Every part of documents belongs on an account, by inputs.account_map; a part that \
does not is not reconciled, and what is posted of it has no customer."""
severity    = "warning"
---*/

with parts as (
    select
        document_part,
        count(*) as document_count,
        cast(sum(document_reporting_amount) as decimal(18, 4)) as document_reporting_amount
    from intermediate.int_documents_summed
    group by document_part
)

select
    parts.document_part,
    parts.document_count,
    parts.document_reporting_amount
from parts
left anti join intermediate.int_account_scopes as scopes
    on parts.document_part = coalesce(
        scopes.document_part, case when scopes.subledger = 'campaigns' then 'campaign' end
    )
    and scopes.account_scope = 'in'
