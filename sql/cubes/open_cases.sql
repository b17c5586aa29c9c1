/*---
description = """How many service cases are open on which day: one row a case and day on which \
it was opened, closed or opened again, with its state at the end of that day."""
label = { en = "Open cases", "zh-CN" = "未结工单" }
grain = ["case_id", "changed_on"]
time = "changed_on"
views = ["company"]

[dimensions.changed_on]
description = "Day on which the case was opened, closed or opened again."
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

[dimensions.case_kind]
label = { en = "Kind of case", "zh-CN" = "工单类型" }
description = "Repair, complaint, question, calibration and so on."

[dimensions.service_level]
label = { en = "Level of service", "zh-CN" = "服务等级" }
description = "Level of the contract under which the work is done; 'none' without a contract."

[dimensions.technician_id]
label = { en = "Technician", "zh-CN" = "技术员" }
description = "Employee who works on the case."

[hierarchies.geography]
label = { en = "Geography", "zh-CN" = "地理" }
levels = ["region", "country", "city", "customer_id"]

[hierarchies.organisation]
label = { en = "Organisation", "zh-CN" = "组织" }
levels = ["entity_id", "business_unit_id", "account_owner_id", "customer_id"]

[hierarchies.customers]
label = { en = "Groups of companies", "zh-CN" = "集团与客户" }
levels = ["customer_group_id", "customer_id"]

[hierarchies.products]
label = { en = "Product categories", "zh-CN" = "产品类别" }
levels = ["product_category", "product_subcategory", "product_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[measures.open_case_count]
label = { en = "Open cases", "zh-CN" = "未结工单数" }
description = "Cases that are open at the end."
additivity = "semi_additive"
column = "open_count"
keep = "last"
member = ["case_id"]
over_time = ["previous_period", "year_before"]

[measures.opening_open_case_count]
label = { en = "Open cases at the beginning", "zh-CN" = "期初未结数" }
description = "Cases that are open at the beginning."
additivity = "semi_additive"
column = "open_count"
keep = "first"
member = ["case_id"]

[measures.average_open_case_count]
label = { en = "Open cases on average", "zh-CN" = "平均未结数" }
description = "Cases that are open, averaged over the days."
additivity = "semi_additive"
column = "open_count"
keep = "average"
member = ["case_id"]

[measures.case_opening_count]
label = { en = "Openings", "zh-CN" = "开启次数" }
description = "Days on which cases were opened, or opened again."
additivity = "additive"
column = "opened_count"

[measures.case_closing_count]
label = { en = "Closings", "zh-CN" = "关闭次数" }
description = "Days on which cases were closed."
additivity = "additive"
column = "closed_count"
---*/

with states as (
    select
        case_id,
        opened_on as changed_on,
        opened_at as changed_at,
        1 as open_count
    from marts.fct_service_cases
    union all
    select
        case_id,
        happened_on as changed_on,
        happened_at as changed_at,
        case when event_kind = 'closed' then 0 else 1 end as open_count
    from marts.fct_case_events
    where event_kind in ('closed', 'reopened')
    union all
    select
        case_id,
        closed_on as changed_on,
        closed_at as changed_at,
        0 as open_count
    from marts.fct_service_cases
    where not is_open and closed_on is not null
),

-- The last state of a day holds from that day on.
placed_states as (
    select
        states.*,
        row_number() over (
            partition by case_id, changed_on order by changed_at desc, open_count
        ) as place
    from states
)

select
    states.case_id,
    dates.period_id,
    dates.fiscal_quarter,
    cases.entity_id,
    cases.business_unit_id,
    cases.technician_id,
    cases.customer_id,
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
    cases.case_kind,
    cases.service_level,
    dates.fiscal_year,
    states.open_count,
    states.open_count as opened_count,
    1 - states.open_count as closed_count,
    states.changed_on
from placed_states as states
inner join marts.fct_service_cases as cases
    on cases.case_id = states.case_id
left join marts.dim_dates as dates
    on dates.date_on = states.changed_on
left join marts.dim_customers as customers
    on customers.customer_id = cases.customer_id
    and customers.version_number = cases.customer_version_number
left join marts.dim_products as products
    on products.product_id = cases.product_id
where states.place = 1
