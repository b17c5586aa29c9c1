/*---
description = "What customers are thought to buy and sell in all, by number, year and category."
grain       = ["local_customer_id", "estimate_year", "product_category"]

[columns]
source_system = "Department whose customer number the estimate bears: always 'sales'."
local_customer_id = "Number of the customer in sales."
customer_id = "Matched customer; 'unassigned' where the number is unknown."
purchases_reporting_amount = """Purchases in the group's reporting currency at the accounting \
rate of the day that counts, rounded to its minor unit; null without a rate."""
sales_total_reporting_amount = """Sales in the group's reporting currency at the accounting rate \
of the day that counts, rounded to its minor unit; null without a rate."""
accounted_on = """Day that counts for version and rate: that of the estimate, else the last of \
its year."""

[checks]
not_null = ["source_system", "customer_id"]
---*/

with matched_estimates as (
    select
        estimates.*,
        coalesce(numbers.customer_id, 'unassigned') as matched_customer_id,
        coalesce(estimates.estimated_on, make_date(estimates.estimate_year, 12, 31))
            as accounted_on
    from staging.stg_inputs__wallet_estimates as estimates
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'sales'
        and numbers.local_id = estimates.customer_id
)

select
    'sales' as source_system,
    estimates.customer_id as local_customer_id,
    estimates.estimate_year,
    estimates.product_category,
    estimates.matched_customer_id as customer_id,
    customers.version_number as customer_version_number,
    customers.entity_id,
    customers.business_unit_id,
    dates.period_id,
    estimates.currency_code,
    estimates.estimate_source,
    estimates.estimate_confidence,
    estimates.purchases_amount,
    estimates.sales_total_amount,
    cast(
        round(estimates.purchases_amount * rates.reporting_rate, rates.reporting_digits)
        as decimal(18, 4)
    ) as purchases_reporting_amount,
    cast(
        round(estimates.sales_total_amount * rates.reporting_rate, rates.reporting_digits)
        as decimal(18, 4)
    ) as sales_total_reporting_amount,
    rates.reporting_rate as exchange_rate,
    estimates.estimated_on,
    estimates.accounted_on,
    rates.rated_on
from matched_estimates as estimates
left join marts.dim_customers as customers
    on customers.customer_id = estimates.matched_customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= estimates.accounted_on)
    and (customers.valid_to_on is null or estimates.accounted_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = estimates.accounted_on
left join intermediate.int_money_rates as rates
    on rates.entity_id = 'unassigned'
    and rates.currency_code = estimates.currency_code
    and rates.rate_on = estimates.accounted_on
