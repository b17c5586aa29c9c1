/*---
description = "Introductions of customers by other customers."
grain       = ["referral_id"]

[columns]
source_system = "Department whose customer numbers both bear: always 'sales'."
local_customer_id = "Number of the customer who was introduced."
customer_id = "Matched customer who was introduced; 'unassigned' where the number is unknown."
customer_version_number = "Version, on the day of the introduction, of who was introduced."
referring_local_customer_id = "Number of the customer who introduced it."
referring_customer_id = "Matched customer who introduced it; 'unassigned' if unknown."
referring_version_number = "Version, on the day of the introduction, of who introduced it."
is_self_referral = "Whether both numbers belong to one matched customer."

[checks]
not_null = ["customer_id", "referring_customer_id"]
---*/

with matched_referrals as (
    select
        referrals.*,
        coalesce(referred.customer_id, 'unassigned') as customer_id,
        coalesce(referring.customer_id, 'unassigned') as matched_referring_id
    from staging.stg_sales__referrals as referrals
    left join intermediate.int_customer_numbers as referred
        on referred.source_system = 'sales'
        and referred.local_id = referrals.referred_customer_id
    left join intermediate.int_customer_numbers as referring
        on referring.source_system = 'sales'
        and referring.local_id = referrals.referring_customer_id
)

select
    referrals.referral_id,
    'sales' as source_system,
    referrals.referred_customer_id as local_customer_id,
    referrals.customer_id,
    customers.version_number as customer_version_number,
    referrals.referring_customer_id as referring_local_customer_id,
    referrals.matched_referring_id as referring_customer_id,
    referring.version_number as referring_version_number,
    customers.entity_id,
    customers.business_unit_id,
    dates.period_id,
    referrals.referral_note,
    referrals.customer_id = referrals.matched_referring_id
        and referrals.customer_id <> 'unassigned' as is_self_referral,
    referrals.referred_on
from matched_referrals as referrals
left join marts.dim_customers as customers
    on customers.customer_id = referrals.customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= referrals.referred_on)
    and (customers.valid_to_on is null or referrals.referred_on < customers.valid_to_on)
left join marts.dim_customers as referring
    on referring.customer_id = referrals.matched_referring_id
    and (referring.valid_from_on is null or referring.valid_from_on <= referrals.referred_on)
    and (referring.valid_to_on is null or referrals.referred_on < referring.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = referrals.referred_on
