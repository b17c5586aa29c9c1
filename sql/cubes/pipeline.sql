/*---
description = """Sales opportunities with what they may bring and what became of them, one row \
an opportunity; it counts on the day on which it was opened."""
label = { en = "Sales pipeline", "zh-CN" = "销售机会" }
grain = ["opportunity_id"]
time = "opened_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.opened_on]
description = "Day on which the opportunity was opened."
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

[dimensions.product_category]
shared = "product_category"

[dimensions.campaign_id]
shared = "campaign_id"

[dimensions.opportunity_id]
label = { en = "Opportunity", "zh-CN" = "机会" }
description = "Number of the opportunity."

[dimensions.owner_id]
label = { en = "Owner of the opportunity", "zh-CN" = "机会负责人" }
description = "Employee in charge of the opportunity."

[dimensions.opportunity_stage]
label = { en = "Stage", "zh-CN" = "阶段" }
description = """Stage in which the opportunity is now: lead, qualified, proposal, negotiation, \
won or lost."""

[dimensions.furthest_stage]
label = { en = "Furthest stage", "zh-CN" = "最远阶段" }
description = "Last stage before won or lost that was reached."

[dimensions.competitor_name]
label = { en = "Competitor", "zh-CN" = "竞争对手" }
description = "Competitor who is named."

[dimensions.outcome_reason]
label = { en = "Reason of the outcome", "zh-CN" = "结果原因" }
description = "Why it was won or lost, in the words of sales."

[dimensions.closed_on]
label = { en = "Closed", "zh-CN" = "关闭日" }
description = "Day on which the opportunity was won or lost."

[dimensions.expected_close_on]
label = { en = "Expected to close", "zh-CN" = "预计关闭日" }
description = "Day on which a decision is expected."

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

[hierarchies.categories]
label = { en = "Categories and customers", "zh-CN" = "类别与客户" }
levels = ["product_category", "customer_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[segments.open_now]
label = { en = "Open now", "zh-CN" = "目前进行中" }
description = "Opportunities neither won nor lost."
column = "is_open"

[segments.with_competitor]
label = { en = "With a competitor", "zh-CN" = "有竞争对手" }
description = "Opportunities in which a competitor is named."
column = "has_competitor"

[measures.opportunity_count]
label = { en = "Opportunities", "zh-CN" = "机会数" }
description = "How many opportunities were opened."
additivity = "additive"
aggregate = "count"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.open_opportunity_count]
label = { en = "Open opportunities", "zh-CN" = "进行中机会数" }
description = "Opportunities that are neither won nor lost now."
additivity = "additive"
column = "open_count"

[measures.won_count]
label = { en = "Won", "zh-CN" = "赢单数" }
description = "Opportunities that were won."
additivity = "additive"
column = "won_count"

[measures.lost_count]
label = { en = "Lost", "zh-CN" = "输单数" }
description = "Opportunities that were lost."
additivity = "additive"
column = "lost_count"

[measures.decided_count]
label = { en = "Decided", "zh-CN" = "已决数" }
description = "Opportunities that were won or lost."
additivity = "additive"
column = "decided_count"

[measures.win_ratio]
label = { en = "Win ratio", "zh-CN" = "赢单率" }
description = "Won over won and lost."
unit = "ratio"
additivity = "ratio"
numerator = "won_count"
denominator = "decided_count"
over_time = ["previous_period", "year_before"]

[measures.expected_amount]
label = { en = "Expected amount", "zh-CN" = "预计金额" }
description = "Expected amount, at the rate of the opening day."
unit = "reporting_currency"
additivity = "additive"
column = "expected_amount"
over_time = ["previous_period", "year_before", "year_to_date"]

[measures.open_expected_amount]
label = { en = "Open expected amount", "zh-CN" = "进行中预计金额" }
description = "Expected amount of opportunities neither won nor lost."
unit = "reporting_currency"
additivity = "additive"
column = "open_amount"

[measures.won_expected_amount]
label = { en = "Won amount", "zh-CN" = "赢单金额" }
description = "Expected amount of opportunities won."
unit = "reporting_currency"
additivity = "additive"
column = "won_amount"

[measures.decided_expected_amount]
label = { en = "Decided amount", "zh-CN" = "已决金额" }
description = "Expected amount of opportunities won or lost."
unit = "reporting_currency"
additivity = "additive"
column = "decided_amount"

[measures.win_amount_ratio]
label = { en = "Win ratio by amount", "zh-CN" = "金额赢单率" }
description = "Won amount over decided amount."
unit = "ratio"
additivity = "ratio"
numerator = "won_expected_amount"
denominator = "decided_expected_amount"

[measures.weighted_amount]
label = { en = "Weighted amount", "zh-CN" = "加权金额" }
description = "Expected amount times the probability of winning, of those open."
unit = "reporting_currency"
additivity = "additive"
column = "weighted_amount"

[measures.opportunity_value_amount]
label = { en = "Value of an opportunity", "zh-CN" = "机会均值" }
description = "Expected amount over the opportunities that have one."
unit = "reporting_currency"
additivity = "ratio"
numerator = "expected_amount"
denominator = "priced_opportunity_count"

[measures.priced_opportunity_count]
label = { en = "With an amount", "zh-CN" = "有金额机会数" }
description = "Opportunities with an amount in the reporting currency."
additivity = "additive"
aggregate = "count"
column = "expected_amount"

[measures.unpriced_opportunity_count]
label = { en = "Without a rate", "zh-CN" = "缺汇率机会数" }
description = "Opportunities without an amount in the reporting currency: in no sum."
additivity = "additive"
column = "unpriced_count"

[measures.cycle_days]
label = { en = "Days to a decision", "zh-CN" = "决策天数" }
description = "Days from opening to closing, of those decided."
unit = "days"
additivity = "additive"
column = "cycle_days"

[measures.mean_cycle_days]
label = { en = "Mean days to a decision", "zh-CN" = "平均决策天数" }
description = "Days from opening to closing over the decided."
unit = "days"
additivity = "ratio"
numerator = "cycle_days"
denominator = "decided_count"

[measures.median_cycle_days]
label = { en = "Median days to a decision", "zh-CN" = "决策天数中位数" }
description = "Days from opening to closing of the middle one."
unit = "days"
additivity = "none"
column = "cycle_days"
aggregate = "median"

[measures.step_back_count]
label = { en = "Steps back", "zh-CN" = "退回次数" }
description = "Steps back to an earlier stage."
additivity = "additive"
column = "step_back_count"

[measures.pursued_customer_count]
label = { en = "Customers pursued", "zh-CN" = "跟进客户数" }
description = "How many different customers have opportunities."
additivity = "distinct"
column = "known_customer_id"

[measures.selling_owner_count]
label = { en = "Owners", "zh-CN" = "负责人数" }
description = "How many different employees own opportunities."
additivity = "distinct"
column = "owner_id"

[rollups.months]
dimensions = [
    "entity_id", "business_unit_id", "owner_id", "product_category", "opportunity_stage",
    "region",
]
granularity = "month"
measures = [
    "opportunity_count", "open_opportunity_count", "won_count", "lost_count", "decided_count",
    "win_ratio", "expected_amount", "open_expected_amount", "won_expected_amount",
    "decided_expected_amount", "win_amount_ratio", "weighted_amount",
]
---*/

select
    opportunities.opportunity_id,
    opportunities.period_id,
    periods.fiscal_quarter,
    opportunities.entity_id,
    opportunities.business_unit_id,
    opportunities.owner_id,
    opportunities.campaign_id,
    opportunities.customer_id,
    case when opportunities.customer_id <> 'unassigned'
        then opportunities.customer_id
    end as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, opportunities.customer_id) as customer_group_id,
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
    coalesce(opportunities.product_category, 'unassigned') as product_category,
    opportunities.opportunity_stage,
    opportunities.furthest_stage,
    opportunities.competitor_name,
    opportunities.outcome_reason,
    periods.fiscal_year,
    case when opportunities.is_open then 1 else 0 end as open_count,
    case when opportunities.is_won then 1 else 0 end as won_count,
    case when not opportunities.is_won then 1 else 0 end as lost_count,
    case when opportunities.is_open then 0 else 1 end as decided_count,
    opportunities.expected_reporting_amount as expected_amount,
    case when opportunities.is_open then opportunities.expected_reporting_amount end
        as open_amount,
    case when opportunities.is_won then opportunities.expected_reporting_amount end
        as won_amount,
    case when not opportunities.is_open then opportunities.expected_reporting_amount end
        as decided_amount,
    opportunities.weighted_reporting_amount as weighted_amount,
    case when opportunities.expected_reporting_amount is null then 1 else 0 end
        as unpriced_count,
    opportunities.cycle_days,
    opportunities.step_back_count,
    opportunities.is_open,
    opportunities.has_competitor,
    opportunities.opened_on,
    opportunities.closed_on,
    opportunities.expected_close_on
from marts.fct_opportunities as opportunities
left join marts.dim_customers as customers
    on customers.customer_id = opportunities.customer_id
    and customers.version_number = opportunities.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = opportunities.period_id
