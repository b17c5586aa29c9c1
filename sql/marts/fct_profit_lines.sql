/*---
description = """Every posted amount of revenue and cost with the customer who earns or causes it, \
one row a period, account, statement line, customer, product category and way of attribution; \
revenue is positive, cost negative, and all rows of an account sum to its ledger."""
grain       = ["period_id", "entity_id", "account_id", "profit_line", "customer_id",
    "product_category", "attribution_kind", "attribution_reason"]
month       = "ends_on"

[inputs]
"intermediate.int_entries_judged" = "same_month"
"intermediate.int_ledger_parts_matched" = "same_month"
"intermediate.int_ledger_parts_split" = "same_month"
"intermediate.int_pools_allocated" = "same_month"
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_entities" = { key = "entity_id" }
"marts.dim_periods" = { key = "period_id" }

[columns]
period_id = "Accounting period in which the amount is booked."
entity_id = "Legal entity in whose books the amount stands."
account_id = "Account on which it is booked; of cost that is spread, the one that it was booked on."
profit_line = """Line of the profit statement: gross_revenue, discounts, returns, cost_of_goods, \
selling, marketing, service, delivery, stock_holding, overhead; unmapped where inputs.account_map \
says nothing, out_of_scope where it leaves the account out."""
bucket = """Who carries the amount: customer, unassigned (nobody is known to), unused_capacity, \
out_of_scope."""
business_unit_id = "Unit that keeps the customer on the last day of the period."
customer_id = "Customer, or the name of the bucket where it is none."
customer_version_number = "Version of the customer that is valid on the last day of the period."
product_category = "Category of what was sold; 'unassigned' where none is known."
attribution_kind = """How the customer is known: document (a department's document says who), \
direct (the entry names it), allocation (a rule spreads the cost), difference (ledger and \
documents do not agree), none."""
attribution_reason = """Rule of an allocation; class of a difference; why nobody is known: \
no_rule, no_driver, unmapped_account, unknown_customer; why an amount is out of scope; else \
empty."""
functional_currency_code = "ISO 4217 code of the entity's books."
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
functional_amount = "Amount in the entity's currency; revenue is positive, cost negative."
reporting_amount = """Amount in the reporting currency; revenue is positive, cost negative; null \
where no entry behind it has a rate."""
entry_count = """Entries of the ledger behind the amount; one that is split counts in each of its \
parts; null where cost of many entries was spread."""
starts_on = "First day of the period that the source means."
ends_on = "Last day of the period that the source means."

[checks]
not_null = ["functional_amount"]

[checks.accepted]
bucket = ["customer", "unassigned", "unused_capacity", "out_of_scope"]
attribution_kind = ["document", "direct", "allocation", "difference", "none"]

[[checks.relationships]]
columns = ["period_id"]
to = "marts.dim_periods"
key = ["period_id"]

[[checks.relationships]]
columns = ["entity_id"]
to = "marts.dim_entities"
key = ["entity_id"]

[[checks.relationships]]
columns = ["account_id"]
to = "marts.dim_accounts"
key = ["account_id"]

[closing]
period = "period_id"
entity = "entity_id"
date   = "ends_on"
negate = ["functional_amount", "reporting_amount", "entry_count"]

[units]
functional_amount = "functional_currency_code"
reporting_amount = "reporting_currency_code"
entry_count = "entries"
---*/

with attributed_rows as (
    select
        period_id,
        entity_id,
        account_id,
        profit_line,
        case
            when entry_class = 'out_of_scope' then 'out_of_scope'
            when entry_class = 'direct' then customer_id
            else 'unassigned'
        end as customer_id,
        'unassigned' as product_category,
        case
            when entry_class = 'direct' then 'direct'
            when entry_class = 'document' then 'difference'
            else 'none'
        end as attribution_kind,
        case
            when entry_class = 'out_of_scope' then out_reason
            when entry_class = 'unmapped' then 'unmapped_account'
            when entry_class = 'direct' then ''
            when entry_class = 'document' then difference_class
            when names_debtor then 'unknown_customer'
            else 'no_rule'
        end as attribution_reason,
        functional_amount,
        reporting_amount,
        1 as entry_count
    from intermediate.int_entries_judged

    union all

    select
        period_id,
        entity_id,
        account_id,
        coalesce(profit_line, 'unmapped') as profit_line,
        receiver_customer_id as customer_id,
        receiver_product_category as product_category,
        'document' as attribution_kind,
        case when receiver_customer_id = 'unassigned' then 'unknown_customer' else '' end
            as attribution_reason,
        attributed_functional_amount as functional_amount,
        attributed_reporting_amount as reporting_amount,
        entry_count
    from intermediate.int_ledger_parts_matched
    where has_document and receiver_count <= 1

    union all

    select
        split.period_id,
        split.entity_id,
        split.account_id,
        coalesce(matched.profit_line, 'unmapped') as profit_line,
        split.customer_id,
        split.product_category,
        'document' as attribution_kind,
        case when split.customer_id = 'unassigned' then 'unknown_customer' else '' end
            as attribution_reason,
        split.functional_amount,
        split.reporting_amount,
        matched.entry_count
    from intermediate.int_ledger_parts_split as split
    inner join intermediate.int_ledger_parts_matched as matched
        on matched.document_id = split.document_id
        and matched.entity_id = split.entity_id
        and matched.account_id = split.account_id
        and matched.document_part = split.document_part
        and matched.period_id = split.period_id

    union all

    select
        period_id,
        entity_id,
        account_id,
        coalesce(profit_line, 'unmapped') as profit_line,
        'unassigned' as customer_id,
        'unassigned' as product_category,
        'difference' as attribution_kind,
        difference_class as attribution_reason,
        ledger_functional_amount - attributed_functional_amount as functional_amount,
        ledger_reporting_amount - attributed_reporting_amount as reporting_amount,
        entry_count
    from intermediate.int_ledger_parts_matched
    where has_document and not is_agreed

    union all

    select
        period_id,
        entity_id,
        account_id,
        coalesce(profit_line, 'unmapped') as profit_line,
        customer_id,
        product_category,
        case when attribution_reason = 'no_driver' then 'none' else 'allocation' end
            as attribution_kind,
        attribution_reason,
        functional_amount,
        reporting_amount,
        null as entry_count
    from intermediate.int_pools_allocated
),

profit_lines as (
    select
        period_id,
        entity_id,
        account_id,
        profit_line,
        customer_id,
        product_category,
        attribution_kind,
        attribution_reason,
        cast(sum(functional_amount) as decimal(18, 4)) as functional_amount,
        cast(sum(reporting_amount) as decimal(18, 4)) as reporting_amount,
        cast(sum(entry_count) as bigint) as entry_count
    from attributed_rows
    -- What is nothing has no carrier: parts of a split and rests of a difference may be zero.
    where functional_amount <> 0
        or reporting_amount <> 0
    group by
        period_id,
        entity_id,
        account_id,
        profit_line,
        customer_id,
        product_category,
        attribution_kind,
        attribution_reason
)

select
    lines.period_id,
    lines.entity_id,
    lines.account_id,
    lines.profit_line,
    case
        when lines.customer_id in ('unassigned', 'unused_capacity', 'out_of_scope')
            then lines.customer_id
        else 'customer'
    end as bucket,
    customers.business_unit_id,
    lines.customer_id,
    customers.version_number as customer_version_number,
    lines.product_category,
    lines.attribution_kind,
    lines.attribution_reason,
    entities.functional_currency_code,
    project.reporting_currency_code,
    lines.functional_amount,
    lines.reporting_amount,
    lines.entry_count,
    periods.starts_on,
    periods.ends_on
from profit_lines as lines
cross join patron.project as project
left join marts.dim_entities as entities
    on entities.entity_id = lines.entity_id
left join marts.dim_periods as periods
    on periods.period_id = lines.period_id
left join marts.dim_customers as customers
    on customers.customer_id = lines.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= periods.ends_on)
    and (customers.valid_to_on is null or periods.ends_on < customers.valid_to_on)
