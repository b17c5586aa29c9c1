/*---
description = """What departments' documents come to, one row a document, part and period; bills \
for campaigns too. Amounts add to profit."""
grain       = ["document_id", "entity_id", "document_part", "period_id"]

[columns]
subledger = "Books that hold the document: invoices, stock or campaigns."
document_id = "Number of the document; empty where a bill states none."
entity_id = "Legal entity of the document; 'unassigned' where it is not known."
document_part = "What the amount is; campaign for bills of campaigns."
period_id = "Regular accounting period of the document's day."
customer_id = "Customer of the document, the first by text where it has several."
local_customer_id = "Number of the customer in the department, likewise."
currency_code = "ISO 4217 code of the document; null where it has several."
document_amount = "Amount in the document's currency; null where it has several."
document_functional_amount = """Amount in the entity's currency, each line converted and rounded \
at the rate of its day; null where some of it has no rate."""
document_reporting_amount = "Amount in the reporting currency, likewise."
line_count = "Lines of documents in the sums, each of which is converted and rounded by itself."

[checks]
not_null = ["subledger", "line_count"]
---*/

with documents as (
    select
        subledger,
        document_id,
        entity_id,
        document_part,
        period_id,
        customer_id,
        local_customer_id,
        currency_code,
        document_amount,
        document_functional_amount,
        document_reporting_amount,
        line_count
    from intermediate.int_document_parts
    union all
    select
        'campaigns' as subledger,
        coalesce(document_id, '') as document_id,
        coalesce(entity_id, 'unassigned') as entity_id,
        'campaign' as document_part,
        coalesce(period_id, 'unassigned') as period_id,
        null as customer_id,
        null as local_customer_id,
        currency_code,
        -net_amount as document_amount,
        -net_functional_amount as document_functional_amount,
        -net_reporting_amount as document_reporting_amount,
        1 as line_count
    from marts.fct_campaign_costs
),

sums as (
    select
        document_id,
        entity_id,
        document_part,
        period_id,
        min(subledger) as subledger,
        min(customer_id) as customer_id,
        min(local_customer_id) as local_customer_id,
        min(currency_code) as currency_code,
        max(currency_code) as last_currency_code,
        sum(document_amount) as amount,
        sum(document_functional_amount) as functional_amount,
        sum(document_reporting_amount) as reporting_amount,
        sum(line_count) as line_count,
        count(*) as row_count,
        count(document_functional_amount) as functional_count,
        count(document_reporting_amount) as reporting_count
    from documents
    group by document_id, entity_id, document_part, period_id
)

select
    subledger,
    document_id,
    entity_id,
    document_part,
    period_id,
    customer_id,
    local_customer_id,
    case when currency_code = last_currency_code then currency_code end as currency_code,
    case when currency_code = last_currency_code then cast(amount as decimal(18, 4)) end
        as document_amount,
    case when functional_count = row_count then cast(functional_amount as decimal(18, 4)) end
        as document_functional_amount,
    case when reporting_count = row_count then cast(reporting_amount as decimal(18, 4)) end
        as document_reporting_amount,
    line_count
from sums
