/*---
description = """What is open in which stage of selling on which day: one row an opportunity and \
day on which it took a step, with its stage at the end of that day."""
label = { en = "Open pipeline", "zh-CN" = "在途机会" }
grain = ["opportunity_id", "changed_on"]
time = "changed_on"
views = ["company"]

[dimensions.changed_on]
description = "Day on which the opportunity took a step."
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

[dimensions.opportunity_id]
label = { en = "Opportunity", "zh-CN" = "机会" }
description = "Number of the opportunity."

[dimensions.owner_id]
label = { en = "Owner of the step", "zh-CN" = "步骤负责人" }
description = "Employee in charge since that step."

[dimensions.opportunity_stage]
label = { en = "Stage", "zh-CN" = "阶段" }
description = "Stage into which that step leads."

[hierarchies.geography]
label = { en = "Geography", "zh-CN" = "地理" }
levels = ["region", "country", "city", "customer_id"]

[hierarchies.organisation]
label = { en = "Organisation", "zh-CN" = "组织" }
levels = ["entity_id", "business_unit_id", "account_owner_id", "customer_id"]

[hierarchies.customers]
label = { en = "Groups of companies", "zh-CN" = "集团与客户" }
levels = ["customer_group_id", "customer_id"]

[hierarchies.categories]
label = { en = "Categories and customers", "zh-CN" = "类别与客户" }
levels = ["product_category", "customer_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[measures.open_pipeline_amount]
label = { en = "Open pipeline", "zh-CN" = "在途金额" }
description = "Expected amount of opportunities that are open at the end."
unit = "reporting_currency"
additivity = "semi_additive"
column = "open_amount"
keep = "last"
member = ["opportunity_id"]
over_time = ["previous_period", "year_before"]

[measures.average_pipeline_amount]
label = { en = "Open pipeline on average", "zh-CN" = "平均在途金额" }
description = "Expected amount of opportunities that are open, averaged over the days."
unit = "reporting_currency"
additivity = "semi_additive"
column = "open_amount"
keep = "average"
member = ["opportunity_id"]

[measures.open_pipeline_count]
label = { en = "Opportunities open at the end", "zh-CN" = "在途机会数" }
description = "Opportunities that are open at the end."
additivity = "semi_additive"
column = "open_count"
keep = "last"
member = ["opportunity_id"]

[measures.pipeline_step_count]
label = { en = "Days with steps", "zh-CN" = "推进次数" }
description = "Days on which opportunities took a step."
additivity = "additive"
aggregate = "count"
---*/

with placed_steps as (
    select
        opportunity_id,
        customer_id,
        customer_version_number,
        owner_id,
        entity_id,
        business_unit_id,
        period_id,
        opportunity_stage,
        entered_on,
        row_number() over (
            partition by opportunity_id, entered_on order by entered_at desc, step_number desc
        ) as place
    from marts.fct_opportunity_stages
)

select
    steps.opportunity_id,
    steps.period_id,
    periods.fiscal_quarter,
    steps.entity_id,
    steps.business_unit_id,
    steps.owner_id,
    steps.customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, steps.customer_id) as customer_group_id,
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
    steps.opportunity_stage,
    periods.fiscal_year,
    case
        when steps.opportunity_stage in ('won', 'lost') then cast(0 as decimal(18, 4))
        else opportunities.expected_reporting_amount
    end as open_amount,
    case when steps.opportunity_stage in ('won', 'lost') then 0 else 1 end as open_count,
    steps.entered_on as changed_on
from placed_steps as steps
left join marts.fct_opportunities as opportunities
    on opportunities.opportunity_id = steps.opportunity_id
left join marts.dim_customers as customers
    on customers.customer_id = steps.customer_id
    and customers.version_number = steps.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = steps.period_id
where steps.place = 1
