-- Who introduced whom.
select
    r.referral_id,
    r.referred_on::date as referred_on,
    customer_of('sales', r.referred_customer_id) as customer_id,
    customer_of('sales', r.referring_customer_id) as referring_customer_id,
    customer_of('sales', r.referring_customer_id) as known_referring_id,
    0::bigint as self_count
from feeds.sales_referrals as r
