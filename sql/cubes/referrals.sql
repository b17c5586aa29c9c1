/*---
description = "Introductions of customers by other customers, a row an introduction."
label = { en = "Referrals", "zh-CN" = "转介绍" }
grain = ["referral_id"]
time = "referred_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."
known_referring_id = "Customer who introduced, where one is known; null else."

[dimensions.referred_on]
description = "Day on which one customer introduced another."
shared = "date"
fiscal = { period = "period_id", quarter = "fiscal_quarter", year = "fiscal_year" }

[dimensions.period_id]
shared = "period_id"

[dimensions.fiscal_quarter]
shared = "fiscal_quarter"

[dimensions.fiscal_year]
shared = "fiscal_year"

[dimensions.entity_id]
shared = "entity_id"

[dimensions.business_unit_id]
shared = "business_unit_id"

[dimensions.customer_id]
shared = "customer_id"

[dimensions.customer_name]
shared = "customer_name"

[dimensions.customer_group_id]
shared = "customer_group_id"

[dimensions.customer_type]
shared = "customer_type"

[dimensions.customer_type_now]
shared = "customer_type_now"

[dimensions.industry]
shared = "industry"

[dimensions.industry_now]
shared = "industry_now"

[dimensions.region]
shared = "region"

[dimensions.region_now]
shared = "region_now"

[dimensions.country]
shared = "country"

[dimensions.country_now]
shared = "country_now"

[dimensions.city]
shared = "city"

[dimensions.city_now]
shared = "city_now"

[dimensions.company_size]
shared = "company_size"

[dimensions.company_size_now]
shared = "company_size_now"

[dimensions.account_owner_id]
shared = "account_owner_id"

[dimensions.account_owner_id_now]
shared = "account_owner_id_now"

[dimensions.business_unit_id_now]
shared = "business_unit_id_now"

[dimensions.referral_id]
label = { en = "Introduction", "zh-CN" = "转介绍" }
description = "Number of the single introduction."

[dimensions.referring_customer_id]
label = { en = "Introduced by", "zh-CN" = "介绍人" }
description = "Customer who introduced; 'unassigned' where nobody known did."

[dimensions.referring_customer_name]
label = { en = "Name of who introduced", "zh-CN" = "介绍人名称" }
description = "What the customer who introduced is called now."

[hierarchies.introductions]
label = { en = "Introductions", "zh-CN" = "转介绍" }
levels = ["referring_customer_id", "customer_id"]

[measures.referral_count]
label = { en = "Introductions", "zh-CN" = "转介绍数" }
description = "How many introductions there are."
additivity = "additive"
aggregate = "count"
over_time = ["previous_period", "year_before", "year_to_date"]

[measures.referred_customer_count]
label = { en = "Customers introduced", "zh-CN" = "被介绍客户数" }
description = "How many different customers were introduced."
additivity = "distinct"
column = "known_customer_id"

[measures.referring_customer_count]
label = { en = "Customers who introduced", "zh-CN" = "介绍客户数" }
description = "How many different customers introduced others."
additivity = "distinct"
column = "known_referring_id"

[measures.referrals_per_customer]
label = { en = "Introductions of a customer", "zh-CN" = "人均转介绍数" }
description = "Introductions over customers who introduced."
additivity = "ratio"
numerator = "referral_count"
denominator = "referring_customer_count"

[measures.self_referral_count]
label = { en = "Within one customer", "zh-CN" = "自我介绍数" }
description = "Introductions of which both numbers belong to one customer."
additivity = "additive"
column = "self_count"
---*/

select
    referrals.referral_id,
    referrals.period_id,
    periods.fiscal_quarter,
    referrals.entity_id,
    referrals.business_unit_id,
    referrals.customer_id,
    case when referrals.customer_id <> 'unassigned' then referrals.customer_id end
        as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, referrals.customer_id) as customer_group_id,
    customers.customer_type,
    customers.customer_type_now,
    customers.industry,
    customers.industry_now,
    customers.region,
    customers.region_now,
    customers.country,
    customers.country_now,
    customers.city,
    customers.city_now,
    customers.company_size,
    customers.company_size_now,
    customers.owner_id as account_owner_id,
    customers.owner_id_now as account_owner_id_now,
    customers.business_unit_id_now,
    referrals.referring_customer_id,
    case when referrals.referring_customer_id <> 'unassigned' then referrals.referring_customer_id
    end as known_referring_id,
    referring.customer_name_now as referring_customer_name,
    periods.fiscal_year,
    case when referrals.is_self_referral then 1 else 0 end as self_count,
    referrals.referred_on
from marts.fct_referrals as referrals
left join marts.dim_customers as customers
    on customers.customer_id = referrals.customer_id
    and customers.version_number = referrals.customer_version_number
left join marts.dim_customers as referring
    on referring.customer_id = referrals.referring_customer_id
    and referring.version_number = referrals.referring_version_number
left join marts.dim_periods as periods
    on periods.period_id = referrals.period_id
