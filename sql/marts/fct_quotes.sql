/*---
description = "Lines of offers with the days on which they bind and what became of the offer."
grain       = ["quote_id", "quote_line_number"]

[columns]
quote_id = "Number of the offer."
quote_line_number = "Line of the offer; 0 stands for an offer without lines, which is kept."
source_system = "Department whose customer number the offer bears: always 'sales'."
customer_id = "Matched customer; 'unassigned' where the number, or the offer, is unknown."
entity_id = "Legal entity of the owner; null without one."
business_unit_id = "Business unit of the owner as employees are listed now; null without one."
currency_code = "ISO 4217 code of the line or, without lines, of the offer."
list_amount = "Quantity at list price, in the currency of the offer; null without a list price."
discount_ratio = "Share of the list amount that is let off; null without a list amount."
net_functional_amount = """Net amount in the currency of the entity's books at the accounting \
rate of the day of the offer, rounded to its minor unit; null without a rate."""
net_reporting_amount = """Net amount in the group's reporting currency at the accounting rate of \
the day of the offer, rounded to its minor unit; null without a rate."""
is_won = "Whether the offer became an order; null while it is open."

[checks]
not_null = ["source_system", "customer_id"]
expressions = [
    { name = "binds_forwards", sql = "valid_to_on >= valid_from_on", severity = "warning" },
]
---*/

with quoted_lines as (
    select
        coalesce(quotes.quote_id, lines.quote_id) as quote_id,
        coalesce(lines.quote_line_number, 0) as quote_line_number,
        quotes.customer_id as local_customer_id,
        quotes.contact_id,
        quotes.owner_id,
        quotes.opportunity_id,
        lines.product_id,
        coalesce(lines.currency_code, quotes.currency_code) as currency_code,
        quotes.quote_status,
        lines.quoted_quantity,
        lines.list_price_amount,
        lines.unit_price_amount,
        lines.net_amount,
        cast(lines.quoted_quantity * lines.list_price_amount as decimal(18, 4)) as list_amount,
        quotes.quoted_on,
        quotes.valid_from_on,
        quotes.valid_to_on
    from staging.stg_sales__quotes as quotes
    full join staging.stg_sales__quote_lines as lines
        on lines.quote_id = quotes.quote_id
),

known_customers as (
    select
        lines.*,
        coalesce(numbers.customer_id, 'unassigned') as customer_id,
        contacts.matched_contact_id,
        owners.entity_id,
        owners.business_unit_id
    from quoted_lines as lines
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'sales'
        and numbers.local_id = lines.local_customer_id
    left join intermediate.int_contact_numbers as contacts
        on contacts.source_system = 'sales'
        and contacts.local_contact_id = lines.contact_id
    left join staging.stg_staff__employees as owners
        on owners.employee_id = lines.owner_id
)

select
    lines.quote_id,
    lines.quote_line_number,
    'sales' as source_system,
    lines.local_customer_id,
    lines.customer_id,
    customers.version_number as customer_version_number,
    lines.contact_id,
    lines.matched_contact_id,
    lines.product_id,
    lines.opportunity_id,
    lines.owner_id,
    lines.entity_id,
    lines.business_unit_id,
    dates.period_id,
    lines.currency_code,
    rates.functional_currency_code,
    lines.quote_status,
    lines.quoted_quantity,
    lines.list_price_amount,
    lines.unit_price_amount,
    lines.net_amount,
    lines.list_amount,
    cast(
        round(lines.net_amount * rates.functional_rate, rates.functional_digits)
        as decimal(18, 4)
    ) as net_functional_amount,
    cast(
        round(lines.net_amount * rates.reporting_rate, rates.reporting_digits)
        as decimal(18, 4)
    ) as net_reporting_amount,
    rates.reporting_rate as exchange_rate,
    -- Division of decimals truncates: the dividend is wide, and the sixth decimal is rounded.
    cast(
        round(
            cast(lines.list_amount - lines.net_amount as decimal(38, 10))
            / nullif(lines.list_amount, 0),
            6
        ) as decimal(9, 6)
    ) as discount_ratio,
    case when lines.quote_status <> 'open' then lines.quote_status = 'won' end as is_won,
    lines.quoted_on,
    lines.valid_from_on,
    lines.valid_to_on,
    rates.rated_on
from known_customers as lines
left join marts.dim_customers as customers
    on customers.customer_id = lines.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= lines.quoted_on)
    and (customers.valid_to_on is null or lines.quoted_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = lines.quoted_on
left join intermediate.int_money_rates as rates
    on rates.entity_id = coalesce(lines.entity_id, 'unassigned')
    and rates.currency_code = lines.currency_code
    and rates.rate_on = lines.quoted_on
