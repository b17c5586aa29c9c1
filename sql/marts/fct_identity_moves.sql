/*---
description = """What closed periods would move if they were told with the customers as they are \
known today: figures booked for one customer whose number belongs to another one now."""
grain       = ["fact_name", "entity_id", "period_id", "source_system", "local_customer_id",
    "customer_id"]

[columns]
fact_name = "Fact in which the rows are booked."
source_system = "Department whose number the local customer is."
period_id = "Accounting period in which the rows are booked."
entity_id = "Legal entity in whose books the rows are."
local_customer_id = "Number of the customer as the department has it."
customer_id = "Customer for whom the rows are booked: the identity as closed."
customer_now_id = "Customer to whom the number belongs today: the identity as now."
row_count = "Rows that would move."
net_reporting_amount = """Sum that would move, in the reporting currency: invoiced, paid, posted \
or at cost, by the fact; rows without a rate are left out of it."""
---*/

with booked as (
    select
        'fct_ledger_entries' as fact_name,
        entity_id,
        period_id,
        source_system,
        local_customer_id,
        customer_id,
        count(*) as row_count,
        sum(net_reporting_amount) as net_reporting_amount
    from marts.fct_ledger_entries
    where local_customer_id is not null
    group by entity_id, period_id, source_system, local_customer_id, customer_id
    union all
    select
        'fct_invoice_lines' as fact_name,
        entity_id,
        period_id,
        source_system,
        local_customer_id,
        customer_id,
        count(*) as row_count,
        sum(net_reporting_amount) as net_reporting_amount
    from marts.fct_invoice_lines
    where local_customer_id is not null
    group by entity_id, period_id, source_system, local_customer_id, customer_id
    union all
    select
        'fct_payments' as fact_name,
        entity_id,
        period_id,
        source_system,
        local_customer_id,
        customer_id,
        count(*) as row_count,
        sum(paid_reporting_amount) as net_reporting_amount
    from marts.fct_payments
    where local_customer_id is not null
    group by entity_id, period_id, source_system, local_customer_id, customer_id
    union all
    select
        'fct_stock_moves' as fact_name,
        entity_id,
        period_id,
        source_system,
        local_customer_id,
        customer_id,
        count(*) as row_count,
        sum(cost_reporting_amount) as net_reporting_amount
    from marts.fct_stock_moves
    where local_customer_id is not null
    group by entity_id, period_id, source_system, local_customer_id, customer_id
)

select
    booked.fact_name,
    coalesce(booked.entity_id, 'unassigned') as entity_id,
    coalesce(booked.period_id, 'unassigned') as period_id,
    booked.source_system,
    booked.local_customer_id,
    booked.customer_id,
    coalesce(numbers.customer_id, 'unassigned') as customer_now_id,
    booked.row_count,
    cast(booked.net_reporting_amount as decimal(18, 4)) as net_reporting_amount
from booked
left join intermediate.int_customer_numbers as numbers
    on numbers.source_system = booked.source_system
    and numbers.local_id = booked.local_customer_id
where booked.customer_id <> coalesce(numbers.customer_id, 'unassigned')
