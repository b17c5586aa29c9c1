/*---
description = "Goods that customers sent back, at the price of their order and at cost."
grain       = ["return_id", "return_line_number"]

[columns]
source_system = "Department whose customer number the return bears: always 'sales'."
customer_id = "Matched customer; 'unassigned' where the number is unknown."
entity_id = "Legal entity of the order; null where the order is unknown."
net_amount = """Returned pieces at the net unit price of their order line, positive, in the \
currency of the order; null where the order line is unknown. What was paid back stands in the \
credit note."""
net_functional_amount = """Value of the return in the currency of the entity's books at the \
accounting rate of the day of return, rounded to its minor unit; null without a rate."""
net_reporting_amount = """Value of the return in the group's reporting currency at the accounting \
rate of the day of return, rounded to its minor unit; null without a rate."""
credited_net_amount = """Net amount of the credit note's lines for this delivery line, as \
invoiced, so negative; null without credit note. It reaches profit as an invoice line, never from \
here."""
cost_amount = """Value at cost at which the goods went back into stock, positive, in the currency \
of the stock moves; null where no move names return and product."""
cost_currency_code = "ISO 4217 code of the cost."
return_days = "Days from shipment to return; null where the delivery is unknown."
is_credited = "Whether the credit note that the return names is among the invoices."

[checks]
not_null = ["source_system", "customer_id"]
---*/

with delivered_returns as (
    select
        returns.*,
        coalesce(numbers.customer_id, 'unassigned') as matched_customer_id,
        orders.entity_id,
        orders.business_unit_id,
        orders.owner_id,
        orders.currency_code,
        deliveries.warehouse_id,
        deliveries.shipped_on,
        cast(returns.returned_quantity * order_lines.unit_price_amount as decimal(18, 4))
            as net_amount
    from staging.stg_sales__returns as returns
    left join staging.stg_sales__orders as orders
        on orders.order_id = returns.order_id
    left join staging.stg_sales__order_lines as order_lines
        on order_lines.order_id = returns.order_id
        and order_lines.order_line_number = returns.order_line_number
    left join staging.stg_sales__deliveries as deliveries
        on deliveries.delivery_id = returns.delivery_id
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'sales'
        and numbers.local_id = returns.customer_id
),

-- A return may bring a product on several lines, for which stock has one move.
measured_returns as (
    select
        returns.*,
        sum(returned_quantity) over (partition by return_id, product_id) as product_quantity,
        coalesce(
            sum(returned_quantity) over (
                partition by return_id, product_id
                order by return_line_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as quantity_before
    from delivered_returns as returns
),

credit_lines as (
    select
        invoice_id,
        delivery_id,
        delivery_line_number,
        cast(sum(net_amount) as decimal(18, 4)) as credited_net_amount
    from staging.stg_finance__invoice_lines
    where invoice_id in (select credit_note_id from staging.stg_sales__returns)
    group by invoice_id, delivery_id, delivery_line_number
)

select
    returns.return_id,
    returns.return_line_number,
    'sales' as source_system,
    returns.customer_id as local_customer_id,
    returns.matched_customer_id as customer_id,
    customers.version_number as customer_version_number,
    returns.delivery_id,
    returns.delivery_line_number,
    returns.order_id,
    returns.order_line_number,
    returns.product_id,
    returns.credit_note_id,
    returns.entity_id,
    returns.business_unit_id,
    returns.owner_id,
    returns.warehouse_id,
    dates.period_id,
    returns.return_reason,
    returns.return_condition,
    returns.currency_code,
    rates.functional_currency_code,
    costs.currency_code as cost_currency_code,
    returns.returned_quantity,
    returns.net_amount,
    cast(
        round(returns.net_amount * rates.functional_rate, rates.functional_digits)
        as decimal(18, 4)
    ) as net_functional_amount,
    cast(
        round(returns.net_amount * rates.reporting_rate, rates.reporting_digits)
        as decimal(18, 4)
    ) as net_reporting_amount,
    credit_lines.credited_net_amount,
    -- As for deliveries: the difference of two rounded totals, wide before the division.
    cast(
        round(
            cast(
                -costs.cost_amount * (returns.quantity_before + returns.returned_quantity)
                as decimal(38, 10)
            ) / nullif(returns.product_quantity, 0),
            coalesce(units.minor_unit_digits, 2)
        ) - round(
            cast(-costs.cost_amount * returns.quantity_before as decimal(38, 10))
            / nullif(returns.product_quantity, 0),
            coalesce(units.minor_unit_digits, 2)
        ) as decimal(18, 4)
    ) as cost_amount,
    rates.reporting_rate as exchange_rate,
    returns.returned_on - returns.shipped_on as return_days,
    credit_notes.invoice_id is not null as is_credited,
    returns.returned_on,
    credit_notes.invoiced_on as credited_on,
    rates.rated_on
from measured_returns as returns
left join intermediate.int_delivery_costs as costs
    on costs.document_id = returns.return_id
    and costs.product_id = returns.product_id
left join marts.dim_currencies as units
    on units.currency_code = costs.currency_code
left join staging.stg_finance__invoices as credit_notes
    on credit_notes.invoice_id = returns.credit_note_id
left join credit_lines
    on credit_lines.invoice_id = returns.credit_note_id
    and credit_lines.delivery_id = returns.delivery_id
    and credit_lines.delivery_line_number = returns.delivery_line_number
left join marts.dim_customers as customers
    on customers.customer_id = returns.matched_customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= returns.returned_on)
    and (customers.valid_to_on is null or returns.returned_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = returns.returned_on
left join intermediate.int_money_rates as rates
    on rates.entity_id = coalesce(returns.entity_id, 'unassigned')
    and rates.currency_code = returns.currency_code
    and rates.rate_on = returns.returned_on
