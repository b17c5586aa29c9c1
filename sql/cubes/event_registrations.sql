/*---
description = """Registrations of persons for events, what became of them and who waits for an \
answer, a row a registration."""
label = { en = "Event registrations", "zh-CN" = "活动报名" }
grain = ["registration_id"]
time = "registered_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."
days_before_event = "Days from registration to the event, negative if registered after it."

[dimensions.registered_on]
description = "Day of registration in the project's time zone."
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

[dimensions.campaign_id]
shared = "campaign_id"

[dimensions.registration_id]
label = { en = "Registration", "zh-CN" = "报名" }
description = "Number of the single registration."

[dimensions.event_id]
label = { en = "Event", "zh-CN" = "活动" }
description = "Number of the event that is registered for."

[dimensions.event_title]
label = { en = "Title of the event", "zh-CN" = "活动名称" }
description = "What the event is called."

[dimensions.event_kind]
label = { en = "Kind of event", "zh-CN" = "活动类型" }
description = "What kind of event it is."

[dimensions.event_city]
label = { en = "Place of the event", "zh-CN" = "活动城市" }
description = "City in which it is held."

[dimensions.registration_state]
label = { en = "State", "zh-CN" = "报名状态" }
description = "Registered, confirmed, attended and so on."

[dimensions.owner_id]
label = { en = "Owner of the campaign", "zh-CN" = "活动负责人" }
description = "Who is in charge of the event's campaign."

[dimensions.held_on]
label = { en = "Day of the event", "zh-CN" = "活动日期" }
description = "Day on which the event is held."

[hierarchies.events]
label = { en = "Events", "zh-CN" = "活动" }
levels = ["event_kind", "event_id"]

[segments.waiting]
label = { en = "Waiting", "zh-CN" = "待答复" }
description = "Registrations that wait for an answer."
column = "is_waiting"

[measures.registration_count]
label = { en = "Registrations", "zh-CN" = "报名数" }
description = "How many registrations there are."
additivity = "additive"
aggregate = "count"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.confirmed_registration_count]
label = { en = "Confirmed", "zh-CN" = "已确认报名数" }
description = "Registrations that were confirmed."
additivity = "additive"
column = "confirmed_count"

[measures.attended_registration_count]
label = { en = "Attended", "zh-CN" = "到场数" }
description = "Registrations of persons who came."
additivity = "additive"
column = "attended_count"

[measures.waiting_registration_count]
label = { en = "Waiting", "zh-CN" = "待答复报名数" }
description = "How many registrations wait for an answer."
additivity = "additive"
column = "waiting_count"

[measures.attended_ratio]
label = { en = "Share attended", "zh-CN" = "到场率" }
description = "Registrations of persons who came over all registrations."
unit = "ratio"
additivity = "ratio"
numerator = "attended_registration_count"
denominator = "registration_count"

[measures.confirmation_days]
label = { en = "Days to the confirmation", "zh-CN" = "确认天数" }
description = "Days from registration to confirmation, of those confirmed."
unit = "days"
additivity = "additive"
column = "confirmation_days"

[measures.mean_confirmation_days]
label = { en = "Mean days to the confirmation", "zh-CN" = "平均确认天数" }
description = "Days to the confirmation over registrations confirmed."
unit = "days"
additivity = "ratio"
numerator = "confirmation_days"
denominator = "confirmed_registration_count"

[measures.median_days_before_event]
label = { en = "Median days ahead", "zh-CN" = "提前报名天数中位数" }
description = "Middle value of the days from registration to the event."
unit = "days"
additivity = "none"
aggregate = "median"
column = "days_before_event"

[measures.registered_event_count]
label = { en = "Events", "zh-CN" = "活动数" }
description = "How many different events persons registered for."
additivity = "distinct"
column = "event_id"

[measures.registered_customer_count]
label = { en = "Customers registered", "zh-CN" = "报名客户数" }
description = "How many different known customers registered."
additivity = "distinct"
column = "known_customer_id"
---*/

select
    registrations.registration_id,
    registrations.event_id,
    registrations.event_title,
    registrations.event_kind,
    registrations.event_city,
    registrations.registration_state,
    registrations.campaign_id,
    registrations.owner_id,
    registrations.entity_id,
    registrations.business_unit_id,
    registrations.period_id,
    periods.fiscal_quarter,
    registrations.customer_id,
    case when registrations.customer_id <> 'unassigned' then registrations.customer_id end
        as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, registrations.customer_id) as customer_group_id,
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
    periods.fiscal_year,
    registrations.confirmation_days,
    registrations.days_before_event,
    case when registrations.is_confirmed then 1 else 0 end as confirmed_count,
    case when registrations.is_attended then 1 else 0 end as attended_count,
    case when registrations.is_waiting then 1 else 0 end as waiting_count,
    coalesce(registrations.is_waiting, false) as is_waiting,
    registrations.registered_on,
    registrations.held_on
from marts.fct_event_registrations as registrations
left join marts.dim_customers as customers
    on customers.customer_id = registrations.customer_id
    and customers.version_number = registrations.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = registrations.period_id
