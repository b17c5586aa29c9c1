/*---
description = """For whom goods moved, one row a document of the warehouse that names a customer \
somewhere: as delivery or return of sales, else as an entry of the ledger on stock."""
grain       = ["document_id"]

[columns]
document_id = "Number of the delivery, return or issue."
local_customer_id = """Number of the customer in that department. Where a document names several, \
the first by text."""
source_system = "Department whose number it is: sales, else finance."

[checks]
not_null = ["local_customer_id", "source_system"]
---*/

with named_customers as (
    select
        delivery_id as document_id,
        customer_id as local_customer_id,
        'sales' as source_system,
        1 as preference
    from staging.stg_sales__deliveries
    union all
    select
        return_id as document_id,
        customer_id as local_customer_id,
        'sales' as source_system,
        1 as preference
    from staging.stg_sales__returns
    union all
    -- Spare parts leave for a case of service; of these only the ledger says for whom.
    select
        document_id,
        debtor_id as local_customer_id,
        'finance' as source_system,
        2 as preference
    from staging.stg_finance__ledger_entries
    where posting_origin = 'stock'
),

ranked_customers as (
    select
        document_id,
        local_customer_id,
        source_system,
        row_number() over (
            partition by document_id
            order by preference, local_customer_id
        ) as customer_rank
    from named_customers
    where document_id is not null
        and local_customer_id is not null
)

select
    document_id,
    local_customer_id,
    source_system
from ranked_customers
where customer_rank = 1
