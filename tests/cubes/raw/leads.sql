-- Leads as their newest row has them; minutes from timesheets.
with newest as (
    select * from feeds.marketing_leads
    qualify row_number() over (partition by lead_id order by changed_at desc) = 1
),

work as (
    select lead_id, sum(worked_minutes::bigint) as booked, sum(travel_minutes::bigint) as road
    from feeds.staff_work_hours
    where lead_id is not null
    group by lead_id
)

select
    l.lead_id,
    l.created_on::date as created_on,
    w.entity_id,
    w.business_unit_id,
    l.owner_id,
    l.campaign_id,
    customer_of('marketing', l.lead_id) as customer_id,
    l.lead_stage,
    l.lead_source,
    (l.lead_stage = 'won')::bigint as won_count,
    (l.lead_stage in ('won', 'lost'))::bigint as decided_count,
    coalesce(k.booked, 0)::bigint as booked_minutes,
    coalesce(k.road, 0)::bigint as travel_minutes,
    case when l.lead_stage in ('won', 'lost')
        then shanghai(l.changed_at) - l.created_on::date
    end as cycle_days
from newest as l
left join workers as w on w.employee_id = l.owner_id
left join work as k using (lead_id)
