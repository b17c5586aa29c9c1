-- Opportunities; those in dirhams have no rate.
select
    o.opportunity_id,
    o.opened_on::date as opened_on,
    o.closed_on::date as closed_on,
    o.expected_close_on::date as expected_close_on,
    w.entity_id,
    w.business_unit_id,
    o.owner_id,
    o.campaign_id,
    customer_of('sales', o.customer_id) as customer_id,
    o.product_category,
    o.opportunity_stage,
    o.competitor_name,
    o.outcome_reason,
    (o.closed_on is null)::bigint as open_count,
    (o.opportunity_outcome is not distinct from 'won')::bigint as won_count,
    (o.opportunity_outcome is not distinct from 'lost')::bigint as lost_count,
    (o.closed_on is not null)::bigint as decided_count,
    in_cny(o.expected_amount, o.currency_code, o.opened_on::date) as expected_amount,
    case when o.closed_on is null
        then in_cny(o.expected_amount, o.currency_code, o.opened_on::date)
    end as open_amount,
    case when o.opportunity_outcome = 'won'
        then in_cny(o.expected_amount, o.currency_code, o.opened_on::date)
    end as won_amount,
    case when o.closed_on is not null
        then in_cny(o.expected_amount, o.currency_code, o.opened_on::date)
    end as decided_amount,
    case when o.closed_on is null then money(round(
        in_cny(o.expected_amount, o.currency_code, o.opened_on::date)
        * o.win_probability_percent::bigint / 100, 2))
    end as weighted_amount,
    (in_cny(o.expected_amount, o.currency_code, o.opened_on::date) is null)::bigint
        as unpriced_count,
    o.closed_on::date - o.opened_on::date as cycle_days,
    0::bigint as step_back_count,
    o.closed_on is null as is_open,
    o.competitor_name is not null as has_competitor
from feeds.sales_opportunities as o
left join workers as w on w.employee_id = o.owner_id
