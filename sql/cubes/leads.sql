/*---
description = """Prospects with how far they came and the work spent on them, one row a \
prospect; it counts on the day on which it became known."""
label = { en = "Prospects", "zh-CN" = "潜在客户" }
grain = ["lead_id"]
time = "created_on"
views = ["company"]

[dimensions.created_on]
description = "Day on which the prospect became known."
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

[dimensions.lead_id]
label = { en = "Prospect", "zh-CN" = "线索" }
description = "Number of the prospect."

[dimensions.owner_id]
label = { en = "Owner of the prospect", "zh-CN" = "线索负责人" }
description = "Employee in charge of the prospect."

[dimensions.lead_stage]
label = { en = "Stage", "zh-CN" = "阶段" }
description = "Stage in which the prospect is now."

[dimensions.furthest_stage]
label = { en = "Furthest stage", "zh-CN" = "最远阶段" }
description = "Last stage before won or lost that the prospect reached."

[dimensions.lead_source]
label = { en = "Source", "zh-CN" = "来源" }
description = "Where the prospect comes from."

[hierarchies.organisation]
label = { en = "Organisation", "zh-CN" = "组织" }
levels = ["entity_id", "business_unit_id", "account_owner_id", "customer_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[hierarchies.lead_origins]
label = { en = "Origin", "zh-CN" = "来源" }
levels = ["lead_source", "campaign_id", "lead_id"]

[segments.worked]
label = { en = "Worked on", "zh-CN" = "已跟进" }
description = "Prospects to whom somebody turned."
column = "is_worked"

[measures.lead_count]
label = { en = "Prospects", "zh-CN" = "线索数" }
description = "How many prospects became known."
additivity = "additive"
aggregate = "count"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.worked_lead_count]
label = { en = "Prospects worked on", "zh-CN" = "已跟进线索数" }
description = "Prospects to whom somebody has turned."
additivity = "additive"
column = "worked_count"

[measures.won_lead_count]
label = { en = "Prospects won", "zh-CN" = "转化线索数" }
description = "Prospects that became customers."
additivity = "additive"
column = "won_count"

[measures.decided_lead_count]
label = { en = "Prospects decided", "zh-CN" = "已决线索数" }
description = "Prospects that were won or lost."
additivity = "additive"
column = "decided_count"

[measures.lead_win_ratio]
label = { en = "Win ratio of prospects", "zh-CN" = "线索赢单率" }
description = "Won over won and lost prospects."
unit = "ratio"
additivity = "ratio"
numerator = "won_lead_count"
denominator = "decided_lead_count"

[measures.lead_conversion_ratio]
label = { en = "Conversion", "zh-CN" = "线索转化率" }
description = "Won over all prospects."
unit = "ratio"
additivity = "ratio"
numerator = "won_lead_count"
denominator = "lead_count"

[measures.lead_work_minutes]
label = { en = "Minutes of work", "zh-CN" = "工作分钟" }
description = "Minutes, without travel, that time sheets book on prospects."
unit = "minutes"
additivity = "additive"
column = "booked_minutes"

[measures.lead_travel_minutes]
label = { en = "Minutes of travel", "zh-CN" = "路途分钟" }
description = "Minutes of travel that time sheets book on prospects."
unit = "minutes"
additivity = "additive"
column = "travel_minutes"

[measures.median_lead_days]
label = { en = "Median days to a decision", "zh-CN" = "决策天数中位数" }
description = "Days from becoming known to won or lost of the middle one."
unit = "days"
additivity = "none"
column = "cycle_days"
aggregate = "median"
---*/

select
    leads.lead_id,
    leads.period_id,
    periods.fiscal_quarter,
    leads.entity_id,
    leads.business_unit_id,
    leads.owner_id,
    leads.campaign_id,
    leads.customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, leads.customer_id) as customer_group_id,
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
    leads.lead_stage,
    leads.furthest_stage,
    leads.lead_source,
    periods.fiscal_year,
    case when leads.is_worked then 1 else 0 end as worked_count,
    case when leads.is_won then 1 else 0 end as won_count,
    case when leads.is_open then 0 else 1 end as decided_count,
    leads.booked_minutes,
    leads.travel_minutes,
    leads.cycle_days,
    leads.is_worked,
    leads.created_on
from marts.fct_leads as leads
left join marts.dim_customers as customers
    on customers.customer_id = leads.customer_id
    and customers.version_number = leads.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = leads.period_id
