/*---
description = """Contacts with customers by all departments, mailings and promises, one row a \
contact; who reached whom, through which channel and campaign."""
label = { en = "Contacts and mailings", "zh-CN" = "触达与群发" }
grain = ["touch_source", "touch_id"]
time = "happened_on"
views = ["company"]

[columns]
touched_customer_id = "Customer of a row that is a contact and whose customer is known; null else."

[dimensions.happened_on]
description = "Day of the contact."
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

[dimensions.touch_source]
label = { en = "Kept by", "zh-CN" = "记录来源" }
description = "Where it is kept: sales_touch, mailing, case_event or promise."

[dimensions.touch_id]
label = { en = "Contact", "zh-CN" = "触达编号" }
description = "Number of the contact in that place."

[dimensions.source_system]
label = { en = "Department", "zh-CN" = "部门" }
description = "Department whose customer number it bears."

[dimensions.touch_channel]
label = { en = "Channel of the contact", "zh-CN" = "触达渠道" }
description = "How: phone, visit, email, post, video and so on."

[dimensions.touch_direction]
label = { en = "Direction", "zh-CN" = "方向" }
description = "inbound from the customer, outbound to the customer."

[dimensions.touch_purpose]
label = { en = "Purpose", "zh-CN" = "目的" }
description = "What it was for."

[dimensions.touch_outcome]
label = { en = "Outcome of the mailing", "zh-CN" = "群发结果" }
description = "delivered, opened, clicked or bounced; nothing for others."

[dimensions.promise_status]
label = { en = "State of the promise", "zh-CN" = "承诺状态" }
description = "open, kept, broken or withdrawn; nothing where nothing was promised."

[dimensions.employee_id]
label = { en = "Employee", "zh-CN" = "员工" }
description = "Who had the contact; for mailings the sender."

[dimensions.happened_at]
label = { en = "Moment", "zh-CN" = "时刻" }
description = "Moment of the contact; of promises only the day is known."

[hierarchies.geography]
label = { en = "Geography", "zh-CN" = "地理" }
levels = ["region", "country", "city", "customer_id"]

[hierarchies.organisation]
label = { en = "Organisation", "zh-CN" = "组织" }
levels = ["entity_id", "business_unit_id", "account_owner_id", "customer_id"]

[hierarchies.customers]
label = { en = "Groups of companies", "zh-CN" = "集团与客户" }
levels = ["customer_group_id", "customer_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[hierarchies.channels]
label = { en = "Channels", "zh-CN" = "渠道" }
levels = ["touch_source", "touch_channel", "touch_purpose"]

[segments.contacts]
label = { en = "Contacts", "zh-CN" = "有效触达" }
description = """What counts as a contact: no bounced mailing, no promise made during another \
contact."""
column = "is_contact"

[segments.mailings]
label = { en = "Mailings", "zh-CN" = "群发" }
description = "Mailings, delivered or not."
column = "is_mailing"

[segments.promises]
label = { en = "Promises", "zh-CN" = "承诺" }
description = "Promises made to customers."
column = "is_promise"

[measures.touch_count]
label = { en = "Contacts", "zh-CN" = "触达数" }
description = "How many contacts there were."
additivity = "additive"
column = "contact_count"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.inbound_count]
label = { en = "Inbound contacts", "zh-CN" = "来访触达数" }
description = "Contacts that came from customers."
additivity = "additive"
column = "inbound_count"

[measures.outbound_count]
label = { en = "Outbound contacts", "zh-CN" = "外呼触达数" }
description = "Contacts that went to customers."
additivity = "additive"
column = "outbound_count"

[measures.inbound_ratio]
label = { en = "Share inbound", "zh-CN" = "来访占比" }
description = "Inbound over all contacts."
unit = "ratio"
additivity = "ratio"
numerator = "inbound_count"
denominator = "touch_count"

[measures.touch_minutes]
label = { en = "Minutes of contact", "zh-CN" = "触达分钟" }
description = "Working minutes of contacts, where somebody keeps them."
unit = "minutes"
additivity = "additive"
column = "touch_minutes"
over_time = ["previous_period", "year_before"]

[measures.touch_travel_minutes]
label = { en = "Minutes of travel", "zh-CN" = "路途分钟" }
description = "Minutes of travel to contacts, where somebody keeps them."
unit = "minutes"
additivity = "additive"
column = "travel_minutes"

[measures.mailing_count]
label = { en = "Mailings sent", "zh-CN" = "群发数" }
description = "Mailings, one for each addressee."
additivity = "additive"
column = "mailing_count"
over_time = ["previous_period", "year_before", "year_to_date"]

[measures.opened_count]
label = { en = "Mailings opened", "zh-CN" = "打开数" }
description = "Mailings that were opened or clicked."
additivity = "additive"
column = "opened_count"

[measures.clicked_count]
label = { en = "Mailings clicked", "zh-CN" = "点击数" }
description = "Mailings in which a link was followed."
additivity = "additive"
column = "clicked_count"

[measures.bounced_count]
label = { en = "Mailings bounced", "zh-CN" = "退回数" }
description = "Mailings that did not arrive."
additivity = "additive"
column = "bounced_count"

[measures.open_ratio]
label = { en = "Share opened", "zh-CN" = "打开率" }
description = "Opened mailings over those sent."
unit = "ratio"
additivity = "ratio"
numerator = "opened_count"
denominator = "mailing_count"

[measures.click_ratio]
label = { en = "Share clicked", "zh-CN" = "点击率" }
description = "Clicked mailings over those opened."
unit = "ratio"
additivity = "ratio"
numerator = "clicked_count"
denominator = "opened_count"

[measures.bounce_ratio]
label = { en = "Share bounced", "zh-CN" = "退回率" }
description = "Bounced mailings over those sent."
unit = "ratio"
additivity = "ratio"
numerator = "bounced_count"
denominator = "mailing_count"

[measures.promise_count]
label = { en = "Promises", "zh-CN" = "承诺数" }
description = "How many promises were made to customers."
additivity = "additive"
column = "promise_count"

[measures.kept_promise_count]
label = { en = "Promises kept", "zh-CN" = "兑现承诺数" }
description = "Promises that were kept."
additivity = "additive"
column = "kept_count"

[measures.settled_promise_count]
label = { en = "Promises settled", "zh-CN" = "已了结承诺数" }
description = "Promises that were kept or broken."
additivity = "additive"
column = "settled_count"

[measures.kept_ratio]
label = { en = "Share kept", "zh-CN" = "承诺兑现率" }
description = "Promises kept over those kept or broken."
unit = "ratio"
additivity = "ratio"
numerator = "kept_promise_count"
denominator = "settled_promise_count"

[measures.touched_customer_count]
label = { en = "Customers reached", "zh-CN" = "触达客户数" }
description = "How many different customers had contacts."
additivity = "distinct"
column = "touched_customer_id"
over_time = ["previous_period", "year_before", "rolling_3_months"]

[measures.touching_employee_count]
label = { en = "Employees", "zh-CN" = "参与员工数" }
description = "How many different employees had contacts."
additivity = "distinct"
column = "employee_id"

[measures.median_touch_minutes]
label = { en = "Median minutes", "zh-CN" = "触达分钟中位数" }
description = "Working minutes of the middle contact."
unit = "minutes"
additivity = "none"
column = "touch_minutes"
aggregate = "median"

[rollups.months]
dimensions = [
    "entity_id", "business_unit_id", "employee_id", "campaign_id", "touch_source",
    "touch_channel", "touch_direction",
]
granularity = "month"
measures = [
    "touch_count", "inbound_count", "outbound_count", "inbound_ratio", "touch_minutes",
    "mailing_count", "opened_count", "clicked_count", "bounced_count", "open_ratio",
    "click_ratio", "bounce_ratio",
]
---*/

select
    touches.touch_source,
    touches.touch_id,
    touches.source_system,
    touches.period_id,
    periods.fiscal_quarter,
    touches.entity_id,
    touches.business_unit_id,
    touches.employee_id,
    touches.campaign_id,
    touches.customer_id,
    case when touches.is_contact and touches.customer_id <> 'unassigned'
        then touches.customer_id
    end as touched_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, touches.customer_id) as customer_group_id,
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
    touches.touch_channel,
    touches.touch_direction,
    touches.touch_purpose,
    touches.touch_outcome,
    touches.promise_status,
    periods.fiscal_year,
    case when touches.is_contact then 1 else 0 end as contact_count,
    case when touches.is_contact and touches.touch_direction = 'inbound' then 1 else 0 end
        as inbound_count,
    case when touches.is_contact and touches.touch_direction = 'outbound' then 1 else 0 end
        as outbound_count,
    case when touches.touch_source = 'mailing' then 1 else 0 end as mailing_count,
    case when touches.touch_outcome in ('opened', 'clicked') then 1 else 0 end
        as opened_count,
    case when touches.touch_outcome = 'clicked' then 1 else 0 end as clicked_count,
    case when touches.touch_outcome = 'bounced' then 1 else 0 end as bounced_count,
    case when touches.is_promise then 1 else 0 end as promise_count,
    case when touches.promise_status = 'kept' then 1 else 0 end as kept_count,
    case when touches.promise_status in ('kept', 'broken') then 1 else 0 end as settled_count,
    touches.touch_minutes,
    touches.travel_minutes,
    touches.is_contact,
    touches.touch_source = 'mailing' as is_mailing,
    touches.is_promise,
    touches.happened_on,
    touches.happened_at
from marts.fct_touches as touches
left join marts.dim_customers as customers
    on customers.customer_id = touches.customer_id
    and customers.version_number = touches.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = touches.period_id
