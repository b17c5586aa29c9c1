-- What each opportunity was worth after each of its steps; of a day's steps the last.
with steps as (
    select * from feeds.sales_opportunity_stages
    qualify row_number() over (
        partition by opportunity_id, shanghai(entered_at) order by step_number::bigint desc
    ) = 1
)

select
    s.opportunity_id,
    shanghai(s.entered_at) as changed_on,
    s.owner_id,
    s.opportunity_stage,
    o.product_category,
    customer_of('sales', o.customer_id) as customer_id,
    case when s.opportunity_stage in ('won', 'lost') then money(0)
        else in_cny(o.expected_amount, o.currency_code, o.opened_on::date)
    end as open_amount,
    (s.opportunity_stage not in ('won', 'lost'))::bigint as open_count
from steps as s
inner join feeds.sales_opportunities as o using (opportunity_id)
