-- Visits of the site; V4 is known by the domain of K103, B4 by nothing.
select
    v.session_id,
    shanghai(v.started_at) as started_on,
    v.visitor_id,
    v.visit_source,
    v.landing_page,
    v.campaign_id,
    coalesce(v.product_category, 'unassigned') as product_category,
    v.page_count::bigint as page_count,
    v.visit_seconds::bigint as visit_seconds,
    v.download_count::bigint as download_count,
    (v.person_id is not null)::bigint as known_count,
    v.person_id is not null as is_known
from feeds.marketing_site_visits as v
