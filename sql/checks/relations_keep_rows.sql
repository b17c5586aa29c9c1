/*---
description = "Facts about relations that have more or fewer rows than what they are made from."
severity    = "error"
---*/

with counted_rows as (
    select
        'fct_order_lines' as fact_name,
        (select count(*) from staging.stg_sales__order_lines) as source_count,
        (select count(*) from marts.fct_order_lines) as fact_count
    union all
    select
        'fct_delivery_lines' as fact_name,
        (select count(*) from staging.stg_sales__delivery_lines) as source_count,
        (select count(*) from marts.fct_delivery_lines) as fact_count
    union all
    select
        'fct_deliveries' as fact_name,
        (select count(*) from staging.stg_sales__deliveries) as source_count,
        (select count(*) from marts.fct_deliveries) as fact_count
    union all
    select
        'fct_returns' as fact_name,
        (select count(*) from staging.stg_sales__returns) as source_count,
        (select count(*) from marts.fct_returns) as fact_count
    union all
    select
        'fct_quotes, lines' as fact_name,
        (select count(*) from staging.stg_sales__quote_lines) as source_count,
        (select count(*) from marts.fct_quotes where quote_line_number <> 0) as fact_count
    union all
    select
        'fct_opportunities' as fact_name,
        (select count(*) from staging.stg_sales__opportunities) as source_count,
        (select count(*) from marts.fct_opportunities) as fact_count
    union all
    select
        'fct_opportunity_stages' as fact_name,
        (select count(*) from staging.stg_sales__opportunity_stages) as source_count,
        (select count(*) from marts.fct_opportunity_stages) as fact_count
    union all
    select
        'fct_leads' as fact_name,
        (select count(*) from staging.stg_marketing__leads) as source_count,
        (select count(*) from marts.fct_leads) as fact_count
    union all
    select
        'fct_service_cases' as fact_name,
        (select count(*) from staging.stg_service__cases) as source_count,
        (select count(*) from marts.fct_service_cases) as fact_count
    union all
    select
        'fct_case_events' as fact_name,
        (select count(*) from staging.stg_service__case_events) as source_count,
        (select count(*) from marts.fct_case_events) as fact_count
    union all
    select
        'fct_surveys' as fact_name,
        (select count(*) from staging.stg_service__surveys) as source_count,
        (select count(*) from marts.fct_surveys) as fact_count
    union all
    select
        'fct_touches, of sales' as fact_name,
        (select count(*) from staging.stg_sales__touches) as source_count,
        (select count(*) from marts.fct_touches where touch_source = 'sales_touch') as fact_count
    union all
    select
        'fct_touches, mailings' as fact_name,
        (select count(*) from staging.stg_marketing__sends) as source_count,
        (select count(*) from marts.fct_touches where touch_source = 'mailing') as fact_count
    union all
    select
        'fct_touches, promises' as fact_name,
        (select count(*) from staging.stg_sales__promises) as source_count,
        (select count(*) from marts.fct_touches where touch_source = 'promise') as fact_count
    union all
    select
        'fct_touches, of service' as fact_name,
        (select count(*) from marts.fct_case_events where is_contact) as source_count,
        (select count(*) from marts.fct_touches where touch_source = 'case_event') as fact_count
    union all
    select
        'fct_event_registrations' as fact_name,
        (select count(*) from staging.stg_marketing__registrations) as source_count,
        (select count(*) from marts.fct_event_registrations) as fact_count
    union all
    select
        'fct_web_sessions' as fact_name,
        (select count(*) from staging.stg_marketing__site_visits) as source_count,
        (select count(*) from marts.fct_web_sessions) as fact_count
    union all
    select
        'fct_consents' as fact_name,
        (select count(*) from staging.stg_marketing__consents) as source_count,
        (select count(*) from marts.fct_consents) as fact_count
    union all
    select
        'fct_campaign_costs' as fact_name,
        (select count(*) from staging.stg_marketing__campaign_costs) as source_count,
        (select count(*) from marts.fct_campaign_costs) as fact_count
    union all
    select
        'fct_referrals' as fact_name,
        (select count(*) from staging.stg_sales__referrals) as source_count,
        (select count(*) from marts.fct_referrals) as fact_count
    union all
    select
        'fct_wallet_estimates' as fact_name,
        (select count(*) from staging.stg_inputs__wallet_estimates) as source_count,
        (select count(*) from marts.fct_wallet_estimates) as fact_count
    union all
    select
        'fct_onboarding_steps' as fact_name,
        (select count(*) from staging.stg_inputs__onboarding_steps) as source_count,
        (select count(*) from marts.fct_onboarding_steps) as fact_count
    union all
    select
        'fct_logins' as fact_name,
        (select count(*) from staging.stg_staff__logins) as source_count,
        (select count(*) from marts.fct_logins) as fact_count
)

select fact_name, source_count, fact_count
from counted_rows
where source_count <> fact_count
