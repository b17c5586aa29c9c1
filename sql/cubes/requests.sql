/*---
description = """What customers and prospects asked of any department, and when somebody \
answered, a row a request."""
label = { en = "Requests", "zh-CN" = "来询" }
grain = ["request_source", "request_id"]
time = "requested_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.requested_on]
description = "Day of the request in the project's time zone."
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

[dimensions.request_source]
label = { en = "Kept in", "zh-CN" = "记录来源" }
description = "Where it is kept: contact of sales, case or lead."

[dimensions.request_id]
label = { en = "Request", "zh-CN" = "来询编号" }
description = "Number in that place."

[dimensions.request_channel]
label = { en = "Channel", "zh-CN" = "来询渠道" }
description = "How it came in; of prospects their source."

[dimensions.request_purpose]
label = { en = "Purpose", "zh-CN" = "来询目的" }
description = "What was wanted."

[dimensions.answer_source]
label = { en = "Kind of answer", "zh-CN" = "答复来源" }
description = "Which answer came first; null without one."

[dimensions.owner_id]
label = { en = "Owner of the request", "zh-CN" = "来询负责人" }
description = "Who took it."

[hierarchies.departments]
label = { en = "Departments", "zh-CN" = "部门" }
levels = ["request_source", "owner_id"]

[hierarchies.purposes]
label = { en = "Purposes", "zh-CN" = "来询目的" }
levels = ["request_purpose", "request_channel"]

[segments.unanswered_requests]
label = { en = "Unanswered", "zh-CN" = "未答复" }
description = "Requests without an answer."
column = "is_unanswered"

[measures.request_count]
label = { en = "Requests", "zh-CN" = "来询数" }
description = "How many requests there are."
additivity = "additive"
aggregate = "count"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.answered_request_count]
label = { en = "Answered", "zh-CN" = "已答复来询数" }
description = "Requests of which an answer is known."
additivity = "additive"
column = "answered_count"

[measures.unanswered_request_count]
label = { en = "Unanswered", "zh-CN" = "未答复来询数" }
description = "How many requests have no answer."
additivity = "additive"
column = "unanswered_count"

[measures.answered_request_ratio]
label = { en = "Share answered", "zh-CN" = "来询答复率" }
description = "Answered over all requests."
unit = "ratio"
additivity = "ratio"
numerator = "answered_request_count"
denominator = "request_count"

[measures.soon_answered_count]
label = { en = "Answered within three days", "zh-CN" = "三日内答复数" }
description = "Requests answered within three working days."
additivity = "additive"
column = "soon_count"

[measures.soon_answered_ratio]
label = { en = "Share within three days", "zh-CN" = "三日内答复率" }
description = "Answered within three working days over all requests."
unit = "ratio"
additivity = "ratio"
numerator = "soon_answered_count"
denominator = "request_count"

[measures.median_answer_working_days]
label = { en = "Median working days to the answer", "zh-CN" = "答复工作日中位数" }
description = "Middle value of the working days to the first answer."
unit = "days"
additivity = "none"
aggregate = "median"
column = "answer_working_days"

[measures.requesting_customer_count]
label = { en = "Customers who asked", "zh-CN" = "来询客户数" }
description = "How many different known customers asked."
additivity = "distinct"
column = "known_customer_id"
---*/

select
    requests.request_source,
    requests.request_id,
    requests.request_channel,
    requests.request_purpose,
    requests.answer_source,
    requests.owner_id,
    requests.period_id,
    periods.fiscal_quarter,
    requests.entity_id,
    requests.business_unit_id,
    requests.customer_id,
    case when requests.customer_id <> 'unassigned' then requests.customer_id end
        as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, requests.customer_id) as customer_group_id,
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
    requests.answer_working_days,
    case when requests.is_answered then 1 else 0 end as answered_count,
    case when requests.is_answered then 0 else 1 end as unanswered_count,
    case when requests.answer_working_days <= 3 then 1 else 0 end as soon_count,
    not coalesce(requests.is_answered, false) as is_unanswered,
    requests.requested_on
from marts.fct_inbound_requests as requests
left join marts.dim_customers as customers
    on customers.customer_id = requests.customer_id
    and customers.version_number = requests.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = requests.period_id
