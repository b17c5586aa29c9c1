/*---
description = """Rules of allocation name drivers, lines of the profit statement and pools that \
there are, and their shares, minutes, accounts and days can be; what a rule spreads that is wrong \
so stays unassigned or goes to unused capacity."""
severity    = "warning"
---*/

with known_drivers as (
    select column1 as driver_name, column2 as receiver_kind
    from (
        values
            ('visit_call_minutes', 'customer'), ('campaign_sends', 'customer'),
            ('delivery_freight', 'customer'), ('pallet_days', 'customer'),
            ('service_minutes', 'customer'), ('travel_minutes', 'customer'),
            ('order_lines', 'customer'), ('invoices', 'customer'),
            ('net_revenue', 'customer'), ('cost_of_goods', 'customer'),
            ('direct', 'customer'), ('pool_cost', 'pool'), ('practical_minutes', 'pool')
    ) as named_drivers
),

known_lines as (
    select column1 as statement_line
    from (
        values
            ('gross_revenue'), ('discounts'), ('returns'), ('cost_of_goods'), ('selling'),
            ('marketing'), ('service'), ('delivery'), ('stock_holding'), ('overhead')
    ) as named_lines
),

pools as (
    select pool_name, max(step_number) as step_number
    from staging.stg_inputs__allocation_rules
    group by pool_name
),

customer_rules as (
    select distinct pool_name, driver_name
    from staging.stg_inputs__allocation_rules
    where receiver_kind = 'customer'
),

mistakes as (
    select
        rules.rule_id,
        rules.valid_from_on,
        rules.pool_name,
        'no such driver' as mistake,
        rules.driver_name as stated_value
    from staging.stg_inputs__allocation_rules as rules
    left join known_drivers
        on known_drivers.driver_name = rules.driver_name
        and known_drivers.receiver_kind
            = case rules.receiver_kind when 'pool' then 'pool' else 'customer' end
    where known_drivers.driver_name is null
    union all
    select
        rules.rule_id,
        rules.valid_from_on,
        rules.pool_name,
        'no such line of the statement' as mistake,
        coalesce(rules.statement_line, '') as stated_value
    from staging.stg_inputs__allocation_rules as rules
    left join known_lines
        on known_lines.statement_line = rules.statement_line
    where known_lines.statement_line is null
    union all
    select
        rules.rule_id,
        rules.valid_from_on,
        rules.pool_name,
        'no pool of a later step has this name' as mistake,
        rules.receiver_pool_name as stated_value
    from staging.stg_inputs__allocation_rules as rules
    left join pools
        on pools.pool_name = rules.receiver_pool_name
        and pools.step_number > rules.step_number
    where rules.receiver_pool_name is not null
        and pools.pool_name is null
    union all
    select
        rule_id,
        valid_from_on,
        pool_name,
        'only rules of steps 1 and 2 give to pools' as mistake,
        cast(step_number as varchar) as stated_value
    from staging.stg_inputs__allocation_rules
    where receiver_kind = 'pool'
        and step_number > 2
    union all
    select
        rules.rule_id,
        rules.valid_from_on,
        rules.pool_name,
        'no rule for customers uses this capacity' as mistake,
        rules.driver_name as stated_value
    from staging.stg_inputs__allocation_rules as rules
    left join customer_rules
        on customer_rules.pool_name = rules.pool_name
        and (customer_rules.driver_name = 'pallet_days') = (rules.driver_name = 'pallet_days')
    where rules.receiver_kind = 'unused_capacity'
        and customer_rules.pool_name is null
    union all
    select
        rules.rule_id,
        rules.valid_from_on,
        rules.pool_name,
        'the share of a pool lies between 0 and 1' as mistake,
        cast(rules.pool_share_ratio as varchar) as stated_value
    from staging.stg_inputs__allocation_rules as rules
    where rules.pool_share_ratio < 0
        or rules.pool_share_ratio > 1
    union all
    select
        rule_id,
        valid_from_on,
        pool_name,
        'the minutes of a unit are more than 0' as mistake,
        cast(minutes_per_unit as varchar) as stated_value
    from staging.stg_inputs__allocation_rules
    where minutes_per_unit <= 0
    union all
    select
        rule_id,
        valid_from_on,
        pool_name,
        'the first account comes before the last one' as mistake,
        concat(account_from_id, ' to ', account_to_id) as stated_value
    from staging.stg_inputs__allocation_rules
    where account_from_id > account_to_id
    union all
    select
        rule_id,
        valid_from_on,
        pool_name,
        'the first day comes before the last one' as mistake,
        concat(cast(valid_from_on as varchar), ' to ', cast(valid_to_on as varchar))
            as stated_value
    from staging.stg_inputs__allocation_rules
    where valid_to_on < valid_from_on
)

select distinct rule_id, valid_from_on, pool_name, mistake, stated_value
from mistakes
