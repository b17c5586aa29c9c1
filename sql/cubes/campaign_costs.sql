/*---
description = """Bills for campaigns in the reporting currency, one row a bill; customers bear \
them through the ledger, not from here."""
label = { en = "Campaign costs", "zh-CN" = "活动费用" }
grain = ["cost_id"]
time = "spent_on"
views = ["company"]

[dimensions.spent_on]
description = "Day of the bill."
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

[dimensions.campaign_id]
shared = "campaign_id"

[dimensions.campaign_name]
label = { en = "Name of the campaign", "zh-CN" = "活动名称" }
description = "What the campaign is called."

[dimensions.campaign_kind]
label = { en = "Kind of campaign", "zh-CN" = "活动类型" }
description = "Mailing, seminar, fair and so on."

[dimensions.campaign_channel]
label = { en = "Channel of the campaign", "zh-CN" = "活动渠道" }
description = "Through which channel the campaign runs."

[dimensions.owner_id]
label = { en = "Owner of the campaign", "zh-CN" = "活动负责人" }
description = "Employee in charge of the campaign."

[dimensions.cost_id]
label = { en = "Bill", "zh-CN" = "账单" }
description = "Number of the bill."

[dimensions.cost_kind]
label = { en = "Kind of cost", "zh-CN" = "费用类型" }
description = "What was paid for."

[dimensions.supplier_name]
label = { en = "Supplier", "zh-CN" = "供应商" }
description = "Who sent the bill."

[hierarchies.campaigns]
label = { en = "Campaigns", "zh-CN" = "营销活动" }
levels = ["campaign_kind", "campaign_id", "cost_kind"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[segments.with_campaign]
label = { en = "Of a campaign", "zh-CN" = "归属活动" }
description = "Bills that name their campaign."
column = "has_campaign"

[measures.campaign_cost_amount]
label = { en = "Campaign costs", "zh-CN" = "活动费用" }
description = "What was billed for campaigns, positive."
unit = "reporting_currency"
additivity = "additive"
column = "cost_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.campaign_bill_count]
label = { en = "Bills", "zh-CN" = "账单数" }
description = "How many bills there are."
additivity = "additive"
aggregate = "count"

[measures.campaign_bill_value_amount]
label = { en = "Value of a bill", "zh-CN" = "账单均值" }
description = "Costs over the number of bills."
unit = "reporting_currency"
additivity = "ratio"
numerator = "campaign_cost_amount"
denominator = "campaign_bill_count"

[measures.billed_campaign_count]
label = { en = "Campaigns with costs", "zh-CN" = "有费用活动数" }
description = "How many different campaigns have bills."
additivity = "distinct"
column = "campaign_id"
---*/

select
    costs.cost_id,
    costs.period_id,
    periods.fiscal_quarter,
    costs.entity_id,
    costs.business_unit_id,
    costs.campaign_id,
    campaigns.campaign_name,
    campaigns.campaign_kind,
    campaigns.campaign_channel,
    costs.owner_id,
    costs.cost_kind,
    costs.supplier_name,
    periods.fiscal_year,
    costs.net_reporting_amount as cost_amount,
    costs.campaign_id is not null as has_campaign,
    costs.spent_on
from marts.fct_campaign_costs as costs
left join marts.dim_campaigns as campaigns
    on campaigns.campaign_id = costs.campaign_id
left join marts.dim_periods as periods
    on periods.period_id = costs.period_id
