/*---
description = "Amounts of orders, offers, deliveries and bills that no exchange rate converts."
severity    = "warning"
---*/

with unpriced as (
    select 'fct_order_lines' as fact_name, currency_code, period_id, net_amount as amount
    from marts.fct_order_lines
    where net_reporting_amount is null and not is_deleted
    union all
    select 'fct_quotes' as fact_name, currency_code, period_id, net_amount as amount
    from marts.fct_quotes
    where net_reporting_amount is null and net_amount is not null
    union all
    select 'fct_opportunities' as fact_name, currency_code, period_id, expected_amount as amount
    from marts.fct_opportunities
    where expected_reporting_amount is null and expected_amount is not null
    union all
    select 'fct_deliveries' as fact_name, currency_code, period_id, freight_amount as amount
    from marts.fct_deliveries
    where freight_reporting_amount is null and freight_amount is not null
    union all
    select 'fct_delivery_lines' as fact_name, currency_code, period_id, cost_amount as amount
    from marts.fct_delivery_lines
    where cost_reporting_amount is null and cost_amount is not null
    union all
    select 'fct_campaign_costs' as fact_name, currency_code, period_id, net_amount as amount
    from marts.fct_campaign_costs
    where net_reporting_amount is null
)

select
    fact_name,
    currency_code,
    period_id,
    count(*) as row_count,
    cast(sum(amount) as decimal(18, 4)) as unpriced_amount
from unpriced
group by fact_name, currency_code, period_id
