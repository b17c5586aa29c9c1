/*---
description = """Booked amounts of documents that concern several customers or product categories, \
split over them in proportion to the document's own amounts; parts sum to what is split."""
grain       = ["document_id", "entity_id", "account_id", "document_part", "period_id",
    "customer_id", "product_category"]
month       = "ends_on"

[columns]
document_amount = "What the document says of the receiver, in its currency: the split's driver."
functional_amount = "The receiver's part in the entity's currency."
reporting_amount = "The receiver's part in the reporting currency; null where there is no rate."

[checks]
not_null = ["functional_amount"]
---*/

-- A document of one receiver needs no split.
with shared_groups as (
    select
        matched.document_id,
        matched.entity_id,
        matched.account_id,
        matched.document_part,
        matched.period_id,
        matched.ends_on,
        matched.attributed_functional_amount,
        matched.attributed_reporting_amount,
        -- Parts are booked rows: whole units of the currency, as the ledger's own amounts are.
        greatest(functional_currencies.minor_unit_digits, 2) as functional_digits,
        greatest(reporting_currencies.minor_unit_digits, 2) as reporting_digits
    from intermediate.int_ledger_parts_matched as matched
    cross join patron.project as project
    left join marts.dim_entities as entities
        on entities.entity_id = matched.entity_id
    left join marts.dim_currencies as functional_currencies
        on functional_currencies.currency_code = entities.functional_currency_code
    left join marts.dim_currencies as reporting_currencies
        on reporting_currencies.currency_code = project.reporting_currency_code
    where matched.receiver_count > 1
        and (
            matched.attributed_functional_amount <> 0
            or matched.attributed_reporting_amount <> 0
        )
),

receivers as (
    select
        document_id,
        entity_id,
        document_part,
        customer_id,
        product_category,
        cast(sum(document_amount) as decimal(18, 4)) as document_amount
    from intermediate.int_document_parts
    group by document_id, entity_id, document_part, customer_id, product_category
    having sum(document_amount) <> 0
),

shared as (
    select
        shared_groups.*,
        receivers.customer_id,
        receivers.product_category,
        receivers.document_amount,
        abs(receivers.document_amount) as document_size,
        concat(receivers.customer_id, '/', receivers.product_category) as receiver_key
    from shared_groups
    inner join receivers
        on receivers.document_id = shared_groups.document_id
        and receivers.entity_id = shared_groups.entity_id
        and receivers.document_part = shared_groups.document_part
)

select
    document_id,
    entity_id,
    account_id,
    document_part,
    period_id,
    customer_id,
    product_category,
    document_amount,
    allocate(attributed_functional_amount, document_size, receiver_key, functional_digits)
        over whole_group as functional_amount,
    allocate(attributed_reporting_amount, document_size, receiver_key, reporting_digits)
        over whole_group as reporting_amount,
    ends_on
from shared
window whole_group as (
    partition by document_id, entity_id, account_id, document_part, period_id
)
