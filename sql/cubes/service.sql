/*---
description = """Service cases with the work that they took and whether the agreed level of \
service was kept, one row a case; a case counts on the day on which it was opened."""
label = { en = "Service cases", "zh-CN" = "服务工单" }
grain = ["case_id"]
time = "opened_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.opened_on]
description = "Day on which the case was opened."
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

[dimensions.product_id]
shared = "product_id"

[dimensions.product_name]
shared = "product_name"

[dimensions.product_category]
shared = "product_category"

[dimensions.product_subcategory]
shared = "product_subcategory"

[dimensions.case_id]
label = { en = "Case", "zh-CN" = "工单" }
description = "Number of the case."

[dimensions.case_status]
label = { en = "State of the case", "zh-CN" = "工单状态" }
description = "State of the case now: open, waiting, closed and so on."

[dimensions.case_kind]
label = { en = "Kind of case", "zh-CN" = "工单类型" }
description = "Repair, complaint, question, calibration and so on."

[dimensions.case_channel]
label = { en = "Channel of the case", "zh-CN" = "工单渠道" }
description = "Through which channel the case came."

[dimensions.case_cause]
label = { en = "Cause", "zh-CN" = "原因" }
description = "What caused the case, as far as it is known."

[dimensions.case_priority]
label = { en = "Priority", "zh-CN" = "优先级" }
description = "Urgency of the case; 1 is the most urgent."

[dimensions.service_level]
label = { en = "Level of service", "zh-CN" = "服务等级" }
description = "Level of the contract under which the work is done; 'none' without a contract."

[dimensions.technician_id]
label = { en = "Technician", "zh-CN" = "技术员" }
description = "Employee who works on the case."

[dimensions.closed_on]
label = { en = "Closed", "zh-CN" = "关闭日" }
description = "Day on which the case was closed; nothing while it is open."

[dimensions.opened_at]
label = { en = "Moment of opening", "zh-CN" = "开单时刻" }
description = "Moment at which the case was opened."

[hierarchies.geography]
label = { en = "Geography", "zh-CN" = "地理" }
levels = ["region", "country", "city", "customer_id"]

[hierarchies.organisation]
label = { en = "Organisation", "zh-CN" = "组织" }
levels = ["entity_id", "business_unit_id", "account_owner_id", "customer_id"]

[hierarchies.customers]
label = { en = "Groups of companies", "zh-CN" = "集团与客户" }
levels = ["customer_group_id", "customer_id"]

[hierarchies.segments]
label = { en = "Types and industries", "zh-CN" = "类型与行业" }
levels = ["customer_type", "industry", "customer_id"]

[hierarchies.products]
label = { en = "Product categories", "zh-CN" = "产品类别" }
levels = ["product_category", "product_subcategory", "product_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[hierarchies.case_kinds]
label = { en = "Kinds and causes", "zh-CN" = "类型与原因" }
levels = ["case_kind", "case_cause", "case_id"]

[segments.open_now]
label = { en = "Open now", "zh-CN" = "目前未关闭" }
description = "Cases in any state but closed."
column = "is_open"

[segments.avoidable]
label = { en = "Avoidable", "zh-CN" = "可避免" }
description = "Cases that need not have come up."
column = "is_avoidable"

[segments.with_contract]
label = { en = "Under contract", "zh-CN" = "合同内" }
description = "Cases under a contract of service."
column = "has_contract"

[measures.case_count]
label = { en = "Cases", "zh-CN" = "工单数" }
description = "How many cases were opened."
additivity = "additive"
aggregate = "count"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.open_now_count]
label = { en = "Cases open now", "zh-CN" = "目前未关闭数" }
description = "Cases that are not closed yet."
additivity = "additive"
column = "open_count"

[measures.closed_case_count]
label = { en = "Cases closed", "zh-CN" = "已关闭工单数" }
description = "Cases of those opened that are closed by now."
additivity = "additive"
column = "closed_count"

[measures.due_met_count]
label = { en = "Closed in time", "zh-CN" = "按时关闭数" }
description = "Closed cases that kept their due time."
additivity = "additive"
column = "due_met_count"

[measures.due_known_count]
label = { en = "Closed with a due time", "zh-CN" = "有时限关闭数" }
description = "Closed cases that had a due time."
additivity = "additive"
column = "due_known_count"

[measures.due_met_ratio]
label = { en = "Share closed in time", "zh-CN" = "按时关闭率" }
description = "Closed in time over all that are closed and had a due time."
unit = "ratio"
additivity = "ratio"
numerator = "due_met_count"
denominator = "due_known_count"
over_time = ["previous_period", "year_before"]

[measures.response_met_ratio]
label = { en = "Share answered in time", "zh-CN" = "按时响应率" }
description = "First responses within the hours agreed over all that had such hours."
unit = "ratio"
additivity = "ratio"
numerator = "response_met_count"
denominator = "response_known_count"

[measures.response_met_count]
label = { en = "Answered in time", "zh-CN" = "按时响应数" }
description = "First responses within the hours agreed."
additivity = "additive"
column = "response_met_count"

[measures.response_known_count]
label = { en = "Answered with agreed hours", "zh-CN" = "有约定响应数" }
description = "First responses of cases with hours agreed."
additivity = "additive"
column = "response_known_count"

[measures.first_fix_count]
label = { en = "Fixed at the first time", "zh-CN" = "一次修复数" }
description = "Cases that were solved at the first visit or answer."
additivity = "additive"
column = "first_fix_count"

[measures.first_fix_known_count]
label = { en = "With a word on the first fix", "zh-CN" = "修复情况已知数" }
description = "Cases of which it is known whether the first attempt solved them."
additivity = "additive"
column = "first_fix_known_count"

[measures.first_fix_ratio]
label = { en = "Share fixed at the first time", "zh-CN" = "一次修复率" }
description = "Fixed at the first time over all of which it is known."
unit = "ratio"
additivity = "ratio"
numerator = "first_fix_count"
denominator = "first_fix_known_count"

[measures.case_work_minutes]
label = { en = "Minutes of work", "zh-CN" = "工作分钟" }
description = "Working minutes that the cases state."
unit = "minutes"
additivity = "additive"
column = "work_minutes"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.case_event_minutes]
label = { en = "Minutes by steps", "zh-CN" = "步骤分钟" }
description = "Working minutes by the steps of the cases, without travel."
unit = "minutes"
additivity = "additive"
column = "event_minutes"

[measures.case_travel_minutes]
label = { en = "Minutes of travel", "zh-CN" = "路途分钟" }
description = "Minutes on the road by the steps of the cases."
unit = "minutes"
additivity = "additive"
column = "travel_minutes"

[measures.case_waiting_minutes]
label = { en = "Minutes of waiting", "zh-CN" = "等待分钟" }
description = "Minutes that the cases waited, as far as they are over."
unit = "minutes"
additivity = "additive"
column = "waiting_minutes"

[measures.visit_count]
label = { en = "Visits", "zh-CN" = "上门次数" }
description = "Visits to customers."
additivity = "additive"
column = "visit_count"

[measures.reply_count]
label = { en = "Answers", "zh-CN" = "回复次数" }
description = "Answers to customers."
additivity = "additive"
column = "reply_count"

[measures.reopened_count]
label = { en = "Reopenings", "zh-CN" = "重开次数" }
description = "Times that cases were opened again."
additivity = "additive"
column = "reopened_count"

[measures.rework_count]
label = { en = "Reworked cases", "zh-CN" = "返工工单数" }
description = "Cases that take up an earlier one that was not solved for good."
additivity = "additive"
column = "rework_case_count"

[measures.work_case_minutes]
label = { en = "Minutes a case", "zh-CN" = "每单分钟" }
description = "Minutes of work over the number of cases."
unit = "minutes"
additivity = "ratio"
numerator = "case_work_minutes"
denominator = "case_count"

[measures.mean_resolution_minutes]
label = { en = "Mean time to close", "zh-CN" = "平均关闭时长" }
description = "Minutes from opening to closing over the cases closed."
unit = "minutes"
additivity = "ratio"
numerator = "resolution_minutes"
denominator = "closed_case_count"

[measures.resolution_minutes]
label = { en = "Minutes to close", "zh-CN" = "关闭总时长" }
description = "Minutes from opening to closing, of cases closed."
unit = "minutes"
additivity = "additive"
column = "resolution_minutes"

[measures.median_resolution_minutes]
label = { en = "Median time to close", "zh-CN" = "关闭时长中位数" }
description = "Minutes from opening to closing of the middle case."
unit = "minutes"
additivity = "none"
column = "resolution_minutes"
aggregate = "median"

[measures.longest_resolution_minutes]
label = { en = "Longest time to close", "zh-CN" = "最长关闭时长" }
description = "Minutes from opening to closing of the slowest case."
unit = "minutes"
additivity = "additive"
aggregate = "max"
column = "resolution_minutes"

[measures.served_customer_count]
label = { en = "Customers served", "zh-CN" = "服务客户数" }
description = "How many different customers had cases."
additivity = "distinct"
column = "known_customer_id"
over_time = ["previous_period", "year_before", "rolling_3_months"]

[measures.working_technician_count]
label = { en = "Technicians", "zh-CN" = "技术员数" }
description = "How many different technicians work on cases."
additivity = "distinct"
column = "technician_id"

[rollups.months]
dimensions = [
    "entity_id", "business_unit_id", "technician_id", "case_kind", "case_cause", "service_level",
]
granularity = "month"
measures = [
    "case_count", "open_now_count", "closed_case_count", "due_met_count", "due_known_count",
    "due_met_ratio", "case_work_minutes", "case_travel_minutes", "work_case_minutes",
    "visit_count",
]
---*/

select
    cases.case_id,
    cases.period_id,
    periods.fiscal_quarter,
    cases.entity_id,
    cases.business_unit_id,
    cases.technician_id,
    cases.customer_id,
    case when cases.customer_id <> 'unassigned' then cases.customer_id end as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, cases.customer_id) as customer_group_id,
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
    cases.product_id,
    products.product_name,
    coalesce(products.product_category, 'unassigned') as product_category,
    products.product_subcategory,
    cases.case_status,
    cases.case_kind,
    cases.case_channel,
    cases.case_cause,
    cases.service_level,
    cases.case_priority,
    periods.fiscal_year,
    case when cases.is_open then 1 else 0 end as open_count,
    case when cases.is_open then 0 else 1 end as closed_count,
    case when cases.is_due_met then 1 else 0 end as due_met_count,
    case when cases.is_due_met is null then 0 else 1 end as due_known_count,
    case when cases.is_response_met then 1 else 0 end as response_met_count,
    case when cases.is_response_met is null then 0 else 1 end as response_known_count,
    case when cases.is_first_time_fix then 1 else 0 end as first_fix_count,
    case when cases.is_first_time_fix is null then 0 else 1 end as first_fix_known_count,
    case when cases.is_rework then 1 else 0 end as rework_case_count,
    cases.work_minutes,
    cases.event_minutes,
    cases.travel_minutes,
    cases.waiting_minutes,
    cases.resolution_minutes,
    cases.visit_count,
    cases.reply_count,
    cases.reopened_count,
    cases.is_open,
    coalesce(cases.is_avoidable, false) as is_avoidable,
    cases.service_contract_id is not null as has_contract,
    cases.opened_on,
    cases.closed_on,
    cases.opened_at
from marts.fct_service_cases as cases
left join marts.dim_customers as customers
    on customers.customer_id = cases.customer_id
    and customers.version_number = cases.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = cases.period_id
left join marts.dim_products as products
    on products.product_id = cases.product_id
