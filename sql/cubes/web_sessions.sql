/*---
description = "Visits to the web site: pages, seconds and downloads, a row a visit."
label = { en = "Web visits", "zh-CN" = "网站访问" }
grain = ["session_id"]
time = "started_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.started_on]
description = "Day of the visit in the project's time zone."
shared = "date"
fiscal = { period = "period_id", quarter = "fiscal_quarter", year = "fiscal_year" }

[dimensions.period_id]
shared = "period_id"

[dimensions.fiscal_quarter]
shared = "fiscal_quarter"

[dimensions.fiscal_year]
shared = "fiscal_year"

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

[dimensions.product_category]
description = "Category of the products that were looked at; 'unassigned' without one."
shared = "product_category"

[dimensions.session_id]
label = { en = "Visit", "zh-CN" = "访问" }
description = "Number of the visit."

[dimensions.visitor_id]
label = { en = "Visitor", "zh-CN" = "访客" }
description = "Number of the visitor, as the browser keeps it."

[dimensions.visitor_kind]
label = { en = "Kind of visitor", "zh-CN" = "访客类型" }
description = "A person, a company that the domain names, or unknown."

[dimensions.visit_country]
label = { en = "Country of the visit", "zh-CN" = "访问国家" }
description = "ISO 3166 code of the country from which the visit came."

[dimensions.visit_source]
label = { en = "Source", "zh-CN" = "来源" }
description = "What led to the visit, as mail, search or a link."

[dimensions.landing_page]
label = { en = "First page", "zh-CN" = "着陆页" }
description = "Page on which the visit began."

[hierarchies.sources]
label = { en = "Sources", "zh-CN" = "来源" }
levels = ["visit_source", "landing_page"]

[hierarchies.visitors]
label = { en = "Visitors", "zh-CN" = "访客" }
levels = ["visitor_kind", "customer_id", "visitor_id"]

[segments.of_known_persons]
label = { en = "Of known persons", "zh-CN" = "已知人员" }
description = "Visits of persons who have told who they are."
column = "is_known"

[measures.visit_session_count]
label = { en = "Visits", "zh-CN" = "访问数" }
description = "How many visits there were."
additivity = "additive"
aggregate = "count"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.viewed_page_count]
label = { en = "Pages", "zh-CN" = "浏览页数" }
description = "Pages that were looked at."
additivity = "additive"
column = "page_count"

[measures.pages_per_visit]
label = { en = "Pages of a visit", "zh-CN" = "每次访问页数" }
description = "Pages over visits."
additivity = "ratio"
numerator = "viewed_page_count"
denominator = "visit_session_count"

[measures.visit_seconds]
label = { en = "Seconds", "zh-CN" = "访问秒数" }
description = "Seconds that visits took."
unit = "seconds"
additivity = "additive"
column = "visit_seconds"

[measures.median_visit_seconds]
label = { en = "Median seconds", "zh-CN" = "访问秒数中位数" }
description = "Middle value of the seconds of a visit."
unit = "seconds"
additivity = "none"
aggregate = "median"
column = "visit_seconds"

[measures.download_count]
label = { en = "Downloads", "zh-CN" = "下载数" }
description = "Files that were downloaded."
additivity = "additive"
column = "download_count"

[measures.known_visit_count]
label = { en = "Visits of known persons", "zh-CN" = "已知人员访问数" }
description = "How many visits were of persons who have told who they are."
additivity = "additive"
column = "known_count"

[measures.known_visit_ratio]
label = { en = "Share of known persons", "zh-CN" = "已知人员访问占比" }
description = "Visits of known persons over visits."
unit = "ratio"
additivity = "ratio"
numerator = "known_visit_count"
denominator = "visit_session_count"

[measures.visitor_count]
label = { en = "Visitors", "zh-CN" = "访客数" }
description = "How many different visitors there were."
additivity = "distinct"
column = "visitor_id"

[measures.visiting_customer_count]
label = { en = "Customers who visited", "zh-CN" = "访问客户数" }
description = "How many different known customers visited."
additivity = "distinct"
column = "known_customer_id"
---*/

select
    visits.session_id,
    visits.visitor_id,
    visits.visitor_kind,
    visits.country as visit_country,
    visits.visit_source,
    visits.landing_page,
    visits.campaign_id,
    coalesce(visits.product_category, 'unassigned') as product_category,
    visits.period_id,
    periods.fiscal_quarter,
    customers.business_unit_id,
    visits.customer_id,
    case when visits.customer_id <> 'unassigned' then visits.customer_id end
        as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, visits.customer_id) as customer_group_id,
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
    visits.page_count,
    visits.visit_seconds,
    visits.download_count,
    case when visits.is_known then 1 else 0 end as known_count,
    visits.is_known,
    visits.started_on
from marts.fct_web_sessions as visits
left join marts.dim_customers as customers
    on customers.customer_id = visits.customer_id
    and customers.version_number = visits.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = visits.period_id
