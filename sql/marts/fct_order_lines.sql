/*---
description = "Lines of customers' orders; of a set and its items only one counts in amounts."
grain       = ["order_id", "order_line_number"]
month       = "changed_at"

[inputs]
"staging.stg_sales__order_lines" = "same_month"
"staging.stg_sales__orders" = { key = "order_id" }
"intermediate.int_order_sets" = { key = ["order_id", "set_line_number"], as = [
    ["order_id", "order_line_number"], ["order_id", "parent_line_number"],
] }
"intermediate.int_customer_numbers" = { key = ["source_system", "local_id"], as = [
    ["source_system", "local_customer_id"],
] }
"intermediate.int_contact_numbers" = { key = ["source_system", "local_contact_id"], as = [
    ["source_system", "contact_id"],
] }
"marts.dim_customers" = { key = "customer_id", from = "valid_from_on", to = "valid_to_on" }
"marts.dim_dates" = { key = "date_on", as = ["ordered_on"] }
"intermediate.int_money_rates" = { key = ["currency_code", "rate_on"], as = [
    ["currency_code", "ordered_on"],
] }

[columns]
source_system = "Department whose customer number the line bears: always 'sales'."
customer_id = "Matched customer; 'unassigned' where the number, or the order, is unknown."
net_amount = """Net amount that counts, in the currency of the order: as stated, but 0 for items \
of a set that carries the price itself."""
list_amount = """Quantity at list price, in the currency of the order; 0 where the net amount \
does not count, null without a list price."""
net_functional_amount = """Net amount in the currency of the entity's books at the accounting \
rate of the order's day, rounded to its minor unit; null without a rate."""
net_reporting_amount = """Net amount in the group's reporting currency at the accounting rate of \
the order's day, rounded to its minor unit; null without a rate."""
is_set = "Whether other lines of the order are items of this one."
is_set_item = "Whether the line is an item of a set on the same order."
is_counted = "Whether the line's amount counts; false for items of a set that carries the price."
is_deleted = """Whether the order is not among the orders: deleted at the source, or refused by \
the contract. Such lines have no customer, currency or day."""

[checks]
not_null = ["source_system", "customer_id", "net_amount"]
relationships = [
    { columns = ["product_id"], to = "marts.dim_products", key = [
        "product_id",
    ], severity = "warning" },
    { columns = ["customer_id", "customer_version_number"], to = "marts.dim_customers", key = [
        "customer_id", "version_number",
    ] },
]
---*/

with counted_lines as (
    select
        lines.*,
        own_set.order_id is not null as is_set,
        lines.parent_line_number is not null as is_set_item,
        not coalesce(parent_set.is_set_priced, false) as is_counted
    from staging.stg_sales__order_lines as lines
    left join intermediate.int_order_sets as own_set
        on own_set.order_id = lines.order_id
        and own_set.set_line_number = lines.order_line_number
    left join intermediate.int_order_sets as parent_set
        on parent_set.order_id = lines.order_id
        and parent_set.set_line_number = lines.parent_line_number
),

ordered_lines as (
    select
        lines.*,
        orders.customer_id as local_customer_id,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        orders.contact_id,
        contacts.matched_contact_id,
        orders.entity_id,
        orders.business_unit_id,
        orders.owner_id,
        orders.quote_id,
        orders.opportunity_id,
        orders.campaign_id,
        orders.currency_code,
        orders.order_status,
        orders.order_channel,
        orders.ordered_on,
        orders.requested_on,
        coalesce(orders.is_deleted, orders.order_id is null) as is_deleted,
        cast(
            case when lines.is_counted then lines.net_amount else 0 end as decimal(18, 4)
        ) as counted_net_amount
    from counted_lines as lines
    left join staging.stg_sales__orders as orders
        on orders.order_id = lines.order_id
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'sales'
        and numbers.local_id = orders.customer_id
    left join intermediate.int_contact_numbers as contacts
        on contacts.source_system = 'sales'
        and contacts.local_contact_id = orders.contact_id
)

select
    lines.order_id,
    lines.order_line_number,
    lines.parent_line_number,
    lines.product_id,
    'sales' as source_system,
    lines.local_customer_id,
    lines.customer_id,
    customers.version_number as customer_version_number,
    lines.contact_id,
    lines.matched_contact_id,
    lines.entity_id,
    lines.business_unit_id,
    lines.owner_id,
    lines.quote_id,
    lines.opportunity_id,
    lines.campaign_id,
    dates.period_id,
    lines.currency_code,
    rates.functional_currency_code,
    lines.order_status,
    lines.order_channel,
    lines.ordered_quantity,
    lines.list_price_amount,
    lines.unit_price_amount,
    lines.net_amount as stated_net_amount,
    lines.counted_net_amount as net_amount,
    case
        when not lines.is_counted then cast(0 as decimal(18, 4))
        else cast(lines.ordered_quantity * lines.list_price_amount as decimal(18, 4))
    end as list_amount,
    cast(
        round(lines.counted_net_amount * rates.functional_rate, rates.functional_digits)
        as decimal(18, 4)
    ) as net_functional_amount,
    cast(
        round(lines.counted_net_amount * rates.reporting_rate, rates.reporting_digits)
        as decimal(18, 4)
    ) as net_reporting_amount,
    rates.reporting_rate as exchange_rate,
    lines.is_set,
    lines.is_set_item,
    lines.is_counted,
    lines.is_deleted,
    lines.ordered_on,
    lines.requested_on,
    rates.rated_on,
    lines.changed_at
from ordered_lines as lines
left join marts.dim_customers as customers
    on customers.customer_id = lines.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= lines.ordered_on)
    and (customers.valid_to_on is null or lines.ordered_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = lines.ordered_on
left join intermediate.int_money_rates as rates
    on rates.entity_id = coalesce(lines.entity_id, 'unassigned')
    and rates.currency_code = lines.currency_code
    and rates.rate_on = lines.ordered_on
