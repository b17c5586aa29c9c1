/*---
description = "Facts about relations whose customer has no version on their day, or several."
severity    = "error"
---*/

with dated_facts as (
    select 'fct_order_lines' as fact_name, customer_id, customer_version_number
    from marts.fct_order_lines where ordered_on is not null
    union all
    select 'fct_delivery_lines' as fact_name, customer_id, customer_version_number
    from marts.fct_delivery_lines where shipped_on is not null
    union all
    select 'fct_deliveries' as fact_name, customer_id, customer_version_number
    from marts.fct_deliveries
    union all
    select 'fct_returns' as fact_name, customer_id, customer_version_number
    from marts.fct_returns
    union all
    select 'fct_quotes' as fact_name, customer_id, customer_version_number
    from marts.fct_quotes where quoted_on is not null
    union all
    select 'fct_opportunities' as fact_name, customer_id, customer_version_number
    from marts.fct_opportunities
    union all
    select 'fct_leads' as fact_name, customer_id, customer_version_number
    from marts.fct_leads
    union all
    select 'fct_service_cases' as fact_name, customer_id, customer_version_number
    from marts.fct_service_cases
    union all
    select 'fct_surveys' as fact_name, customer_id, customer_version_number
    from marts.fct_surveys
    union all
    select 'fct_touches' as fact_name, customer_id, customer_version_number
    from marts.fct_touches
    union all
    select 'fct_event_registrations' as fact_name, customer_id, customer_version_number
    from marts.fct_event_registrations
    union all
    select 'fct_web_sessions' as fact_name, customer_id, customer_version_number
    from marts.fct_web_sessions
    union all
    select 'fct_consents' as fact_name, customer_id, customer_version_number
    from marts.fct_consents
)

select fact_name, customer_id, count(*) as row_count
from dated_facts
where customer_version_number is null
group by fact_name, customer_id
