/*---
description = """Stock as counted: what lies in warehouses, and what of it is held for \
customers, one row a warehouse, product and holder at each count. A count holds until the next \
one of the same goods, at most a hundred days; what is held for a customer ends where the next \
count of the house no longer lists it."""
label = { en = "Stock", "zh-CN" = "库存" }
grain = ["stock_id", "counted_on"]
time = "counted_on"
views = ["company"]

[dimensions.counted_on]
description = "Day of the count."
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

[dimensions.stock_id]
label = { en = "Level", "zh-CN" = "库存项" }
description = "Whose level it is: warehouse, product, kind and number of the holder."

[dimensions.warehouse_id]
label = { en = "Warehouse", "zh-CN" = "仓库" }
description = "Number of the warehouse."

[dimensions.warehouse_name]
label = { en = "Name of the warehouse", "zh-CN" = "仓库名称" }
description = "What the warehouse is called."

[dimensions.warehouse_city]
label = { en = "City of the warehouse", "zh-CN" = "仓库城市" }
description = "City where the warehouse stands."

[dimensions.local_customer_id]
label = { en = "Number of the holder", "zh-CN" = "保留客户编号" }
description = "Number in sales of the customer for whom it is held; nothing for what lies there."

[dimensions.level_kind]
label = { en = "Kind of level", "zh-CN" = "库存类型" }
description = """on_hand for all that lies there, what is held included; reserved for what is \
held for a customer."""

[hierarchies.products]
label = { en = "Product categories", "zh-CN" = "产品类别" }
levels = ["product_category", "product_subcategory", "product_id"]

[hierarchies.warehouses]
label = { en = "Warehouses", "zh-CN" = "仓库" }
levels = ["entity_id", "warehouse_id", "product_id"]

[hierarchies.geography]
label = { en = "Geography", "zh-CN" = "地理" }
levels = ["region", "country", "city", "customer_id"]

[hierarchies.customers]
label = { en = "Groups of companies", "zh-CN" = "集团与客户" }
levels = ["customer_group_id", "customer_id"]

[hierarchies.accounting_periods]
label = { en = "Accounting periods", "zh-CN" = "会计期间" }
levels = ["fiscal_year", "fiscal_quarter", "period_id"]

[segments.held]
label = { en = "Held for customers", "zh-CN" = "为客户保留" }
description = "Levels of what is held for customers."
column = "is_held"

[measures.on_hand_quantity]
label = { en = "On hand", "zh-CN" = "在库数量" }
description = "Pieces that lie there at the end, what is held included."
unit = "pieces"
additivity = "semi_additive"
column = "on_hand_quantity"
keep = "last"
member = ["stock_id"]
max_age_days = 100
over_time = ["previous_period", "year_before"]

[measures.opening_on_hand_quantity]
label = { en = "On hand at the beginning", "zh-CN" = "期初在库数量" }
description = "Pieces that lie there at the beginning."
unit = "pieces"
additivity = "semi_additive"
column = "on_hand_quantity"
keep = "first"
member = ["stock_id"]
max_age_days = 100

[measures.average_on_hand_quantity]
label = { en = "On hand on average", "zh-CN" = "平均在库数量" }
description = "Pieces that lie there, averaged over the days."
unit = "pieces"
additivity = "semi_additive"
column = "on_hand_quantity"
keep = "average"
member = ["stock_id"]
max_age_days = 100

[measures.on_hand_value_amount]
label = { en = "Value on hand", "zh-CN" = "库存金额" }
description = "Value of what lies there at the end, at the rate of the count."
unit = "reporting_currency"
additivity = "semi_additive"
column = "on_hand_value_amount"
keep = "last"
member = ["stock_id"]
max_age_days = 100
over_time = ["previous_period", "year_before"]
share_of_total = true

[measures.average_on_hand_value_amount]
label = { en = "Value on hand on average", "zh-CN" = "平均库存金额" }
description = "Value of what lies there, averaged over the days."
unit = "reporting_currency"
additivity = "semi_additive"
column = "on_hand_value_amount"
keep = "average"
member = ["stock_id"]
max_age_days = 100

[measures.reserved_quantity]
label = { en = "Held", "zh-CN" = "保留数量" }
description = "Pieces held for customers at the end."
unit = "pieces"
additivity = "semi_additive"
column = "reserved_quantity"
keep = "last"
member = ["stock_id"]
max_age_days = 100

[measures.reserved_value_amount]
label = { en = "Value held", "zh-CN" = "保留金额" }
description = "Value of what is held for customers at the end, at the rate of the count."
unit = "reporting_currency"
additivity = "semi_additive"
column = "reserved_value_amount"
keep = "last"
member = ["stock_id"]
max_age_days = 100

[measures.reserved_pallet_count]
label = { en = "Places held", "zh-CN" = "保留托盘位" }
description = "Places that reservations take at the end."
additivity = "semi_additive"
column = "pallet_count"
keep = "last"
member = ["stock_id"]
max_age_days = 100

[measures.reserved_value_ratio]
label = { en = "Share of value held", "zh-CN" = "保留金额占比" }
description = "Value held over value on hand."
unit = "ratio"
additivity = "ratio"
numerator = "reserved_value_amount"
denominator = "on_hand_value_amount"

[measures.counted_product_count]
label = { en = "Products counted", "zh-CN" = "盘点产品数" }
description = "How many different products were counted."
additivity = "distinct"
column = "product_id"

[measures.stock_count_count]
label = { en = "Counts", "zh-CN" = "盘点行数" }
description = "How many levels were counted."
additivity = "additive"
column = "counted_count"
---*/

with counts as (
    select distinct warehouse_id, counted_on from marts.fct_stock_levels
),

count_days as (
    select
        warehouse_id,
        counted_on,
        lead(counted_on) over (partition by warehouse_id order by counted_on) as next_count_on
    from counts
),

held_levels as (
    select
        levels.*,
        count_days.next_count_on,
        lead(levels.counted_on) over (
            partition by levels.warehouse_id, levels.product_id, levels.local_customer_id
            order by levels.counted_on
        ) as next_level_on
    from marts.fct_stock_levels as levels
    inner join count_days
        on count_days.warehouse_id = levels.warehouse_id
        and count_days.counted_on = levels.counted_on
    where levels.level_kind = 'reserved'
),

levels as (
    select
        period_id,
        entity_id,
        business_unit_id,
        warehouse_id,
        product_id,
        level_kind,
        local_customer_id,
        customer_id,
        customer_version_number,
        on_hand_quantity,
        on_hand_value_reporting_amount as on_hand_value_amount,
        reserved_quantity,
        reserved_value_reporting_amount as reserved_value_amount,
        pallet_count,
        1 as counted_count,
        counted_on
    from marts.fct_stock_levels

    union all

    -- A list of what is held is whole: what the next one leaves out is held no more.
    select
        dates.period_id,
        held.entity_id,
        held.business_unit_id,
        held.warehouse_id,
        held.product_id,
        held.level_kind,
        held.local_customer_id,
        held.customer_id,
        held.customer_version_number,
        null as on_hand_quantity,
        null as on_hand_value_amount,
        0 as reserved_quantity,
        cast(0 as decimal(18, 4)) as reserved_value_amount,
        0 as pallet_count,
        0 as counted_count,
        held.next_count_on as counted_on
    from held_levels as held
    left join marts.dim_dates as dates
        on dates.date_on = held.next_count_on
    where held.next_count_on is not null
        and (held.next_level_on is null or held.next_level_on > held.next_count_on)
)

select
    concat_ws(
        '/',
        levels.warehouse_id,
        levels.product_id,
        levels.level_kind,
        levels.local_customer_id
    ) as stock_id,
    levels.period_id,
    periods.fiscal_quarter,
    levels.entity_id,
    levels.business_unit_id,
    levels.warehouse_id,
    warehouses.warehouse_name,
    warehouses.city as warehouse_city,
    levels.customer_id,
    levels.local_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, levels.customer_id) as customer_group_id,
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
    levels.product_id,
    products.product_name,
    coalesce(products.product_category, 'unassigned') as product_category,
    products.product_subcategory,
    levels.level_kind,
    periods.fiscal_year,
    levels.on_hand_quantity,
    levels.on_hand_value_amount,
    levels.reserved_quantity,
    levels.reserved_value_amount,
    levels.pallet_count,
    levels.counted_count,
    levels.level_kind = 'reserved' as is_held,
    levels.counted_on
from levels
left join marts.dim_warehouses as warehouses
    on warehouses.warehouse_id = levels.warehouse_id
left join marts.dim_customers as customers
    on customers.customer_id = levels.customer_id
    and customers.version_number = levels.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = levels.period_id
left join marts.dim_products as products
    on products.product_id = levels.product_id
