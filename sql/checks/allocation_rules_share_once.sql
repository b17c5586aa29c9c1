/*---
description = """The rules of a pool spread all of its cost once: shares for customers sum to 1, \
no rule holds twice on a day, and no cost is covered by rules of two pools. Where they do not, shares \
count in proportion, the newer row holds, and the pool of the narrower rule takes the cost."""
severity    = { open = "warning", closed = "error", period = "period_id" }
---*/

with ledger_end as (
    select max(posted_on) as last_on
    from marts.fct_ledger_entries
    where is_posted
),

used_periods as (
    select dim_periods.period_id, dim_periods.ends_on
    from marts.dim_periods
    cross join ledger_end
    where dim_periods.starts_on <= ledger_end.last_on
),

-- Rules that are one equation of time share one part of the pool.
part_shares as (
    select
        rules.period_id,
        entities.entity_id,
        rules.pool_name,
        rules.part_name,
        string_agg(rules.rule_id, ', ' order by rules.rule_id) as rule_ids,
        min(rules.pool_share_ratio) as lowest_share_ratio,
        max(rules.pool_share_ratio) as pool_share_ratio
    from intermediate.int_rules_dated as rules
    inner join used_periods
        on used_periods.period_id = rules.period_id
    inner join marts.dim_entities as entities
        on entities.entity_id = coalesce(rules.entity_id, entities.entity_id)
    where rules.receiver_kind = 'customer'
        and rules.driver_name <> 'direct'
    group by rules.period_id, entities.entity_id, rules.pool_name, rules.part_name
),

-- Entities for which all rules say the same are one finding.
pool_shares as (
    select
        period_id,
        entity_id,
        pool_name,
        string_agg(rule_ids, ', ' order by rule_ids) as rule_ids,
        sum(pool_share_ratio) as share_ratio,
        max(lowest_share_ratio <> pool_share_ratio) as is_uneven
    from part_shares
    group by period_id, entity_id, pool_name
),

covered_costs as (
    select
        entries.period_id,
        entries.pool_name,
        min(rules.rule_id) as first_rule_id,
        max(rules.rule_id) as last_rule_id
    from intermediate.int_pool_entries as entries
    inner join intermediate.int_rules_dated as rules
        on rules.period_id = entries.period_id
        and entries.account_id between rules.account_from_id and rules.account_to_id
        and coalesce(rules.entity_id, entries.entity_id) = entries.entity_id
        and coalesce(rules.cost_function, coalesce(entries.cost_function, ''))
            = coalesce(entries.cost_function, '')
        and rules.driver_name <> 'direct'
        and rules.pool_name <> entries.pool_name
    where entries.covering_pool_count > 1
    group by entries.period_id, entries.pool_name
)

select
    period_id,
    pool_name,
    rule_ids,
    case
        when max(is_uneven) then 'rules of one part state different shares'
        else 'shares for customers do not sum to 1'
    end as mistake,
    count(*) as entity_count,
    cast(share_ratio as decimal(18, 6)) as share_ratio
from pool_shares
where share_ratio <> 1
    or is_uneven
group by period_id, pool_name, rule_ids, share_ratio
union all
select
    used_periods.period_id,
    rules.pool_name,
    concat(
        rules.rule_id,
        ' from ',
        rules.valid_from_on,
        ', ',
        others.rule_id,
        ' from ',
        others.valid_from_on
    ) as rule_ids,
    'a rule holds twice' as mistake,
    cast(null as bigint) as entity_count,
    cast(null as decimal(18, 6)) as share_ratio
from staging.stg_inputs__allocation_rules as rules
inner join staging.stg_inputs__allocation_rules as others
    on others.rule_id = rules.rule_id
    and others.valid_from_on > rules.valid_from_on
    and (rules.valid_to_on is null or others.valid_from_on <= rules.valid_to_on)
inner join used_periods
    on used_periods.ends_on >= others.valid_from_on
    and (rules.valid_to_on is null or used_periods.ends_on <= rules.valid_to_on)
    and (others.valid_to_on is null or used_periods.ends_on <= others.valid_to_on)
union all
select
    period_id,
    pool_name,
    concat(first_rule_id, case when last_rule_id <> first_rule_id then concat(', ', last_rule_id)
        else '' end) as rule_ids,
    'rules of other pools cover the same cost' as mistake,
    cast(null as bigint) as entity_count,
    cast(null as decimal(18, 6)) as share_ratio
from covered_costs
