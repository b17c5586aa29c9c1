/*---
description = """What documents of departments say about revenue and cost of goods, one row a \
document, part, customer, product category and period; amounts add to profit."""
grain       = ["document_id", "entity_id", "document_part", "customer_id", "product_category",
    "period_id"]

[columns]
subledger = "Books that hold the document: invoices or stock."
entity_id = "Legal entity whose document it is; 'unassigned' where it is not known."
period_id = "Period in which the document is booked; 'unassigned' where no period holds its day."
document_part = """What the amount is: goods, service, parts, contract or freight at list price \
(after discounts where inputs.account_map has no account of them); discount, return and rebate, \
which take revenue back; cost_of_goods."""
customer_id = "Customer of the document; 'unassigned' where nobody known is."
local_customer_id = "Number of the customer in the department, the first by text of several."
product_category = "Category of the product; 'unassigned' where the document names none known."
currency_code = "Currency of the document."
document_amount = "Amount in the document's currency; revenue is positive, cost negative."
document_functional_amount = """Amount in the entity's currency at the rate of the document's own \
day; null where some of it has no rate."""
document_reporting_amount = """Amount in the reporting currency at the rate of the document's own \
day; null where some of it has no rate."""
line_count = "Lines of invoices or movements of goods in the sums."
accounted_on = "First day of the document's rows."

[checks]
not_null = ["subledger", "document_amount"]
---*/

-- Books without an account of discounts hold revenue as it is after them.
with account_parts as (
    select coalesce(bool_or(document_part = 'discount'), false) as has_discounts
    from staging.stg_inputs__account_map
),

-- What companies of the group sell to each other is out of customer profit.
revenue_lines as (
    select
        invoice_id as document_id,
        entity_id,
        period_id,
        case
            when invoice_kind = 'credit_note' then 'return'
            when invoice_kind = 'rebate' then 'rebate'
            else line_kind
        end as document_part,
        customer_id,
        local_customer_id,
        product_id,
        currency_code,
        case
            when has_discounts then coalesce(list_amount, net_amount)
            else net_amount
        end as list_amount,
        net_amount,
        case
            when has_discounts then coalesce(list_functional_amount, net_functional_amount)
            else net_functional_amount
        end as list_functional_amount,
        net_functional_amount,
        case
            when has_discounts then coalesce(list_reporting_amount, net_reporting_amount)
            else net_reporting_amount
        end as list_reporting_amount,
        net_reporting_amount,
        invoiced_on
    from marts.fct_invoice_lines
    cross join account_parts
    where is_revenue and not is_intercompany
),

-- An invoice says what its goods are worth at list prices and what is taken off.
sides as (
    select false as is_discount
    union all
    select true as is_discount
),

group_companies as (
    select customer_id
    from marts.dim_customers
    where is_current and is_related_party
),

document_rows as (
    select
        'invoices' as subledger,
        lines.document_id,
        lines.entity_id,
        lines.period_id,
        case when sides.is_discount then 'discount' else lines.document_part end as document_part,
        lines.customer_id,
        lines.local_customer_id,
        lines.product_id,
        lines.currency_code,
        case
            when sides.is_discount then lines.net_amount - lines.list_amount
            when lines.document_part = 'return' then lines.net_amount
            else lines.list_amount
        end as amount,
        case
            when sides.is_discount
                then lines.net_functional_amount - lines.list_functional_amount
            when lines.document_part = 'return' then lines.net_functional_amount
            else lines.list_functional_amount
        end as functional_amount,
        case
            when sides.is_discount
                then lines.net_reporting_amount - lines.list_reporting_amount
            when lines.document_part = 'return' then lines.net_reporting_amount
            else lines.list_reporting_amount
        end as reporting_amount,
        lines.invoiced_on as accounted_on
    from revenue_lines as lines
    cross join sides
    where not sides.is_discount
        or (lines.document_part <> 'return' and lines.list_amount <> lines.net_amount)
    union all
    select
        'stock' as subledger,
        moves.document_id,
        moves.entity_id,
        moves.period_id,
        'cost_of_goods' as document_part,
        moves.customer_id,
        moves.local_customer_id,
        moves.product_id,
        moves.currency_code,
        moves.cost_amount as amount,
        moves.cost_functional_amount as functional_amount,
        moves.cost_reporting_amount as reporting_amount,
        moves.moved_on as accounted_on
    from marts.fct_stock_moves as moves
    left anti join group_companies
        on group_companies.customer_id = moves.customer_id
    where moves.move_kind in ('issue', 'return')
        and moves.document_id is not null
        and moves.local_customer_id is not null
),

categorised_rows as (
    select
        document_rows.subledger,
        document_rows.document_id,
        coalesce(document_rows.entity_id, 'unassigned') as entity_id,
        coalesce(document_rows.period_id, 'unassigned') as period_id,
        document_rows.document_part,
        document_rows.customer_id,
        document_rows.local_customer_id,
        coalesce(products.product_category, 'unassigned') as product_category,
        document_rows.currency_code,
        document_rows.amount,
        document_rows.functional_amount,
        document_rows.reporting_amount,
        document_rows.accounted_on
    from document_rows
    left join marts.dim_products as products
        on products.product_id = document_rows.product_id
),

-- Bookings of closed periods are summed: what was turned round is taken out again.
summed_rows as (
    select
        min(subledger) as subledger,
        document_id,
        entity_id,
        period_id,
        document_part,
        customer_id,
        min(local_customer_id) as local_customer_id,
        product_category,
        min(currency_code) as currency_code,
        sum(amount) as amount,
        sum(functional_amount) as functional_amount,
        sum(reporting_amount) as reporting_amount,
        count(*) as row_count,
        count(functional_amount) as functional_count,
        count(reporting_amount) as reporting_count,
        min(accounted_on) as accounted_on
    from categorised_rows
    group by
        document_id,
        entity_id,
        period_id,
        document_part,
        customer_id,
        product_category
)

select
    subledger,
    document_id,
    entity_id,
    period_id,
    document_part,
    customer_id,
    local_customer_id,
    product_category,
    currency_code,
    cast(amount as decimal(18, 4)) as document_amount,
    case when functional_count = row_count then cast(functional_amount as decimal(18, 4)) end
        as document_functional_amount,
    case when reporting_count = row_count then cast(reporting_amount as decimal(18, 4)) end
        as document_reporting_amount,
    row_count as line_count,
    accounted_on
from summed_rows
