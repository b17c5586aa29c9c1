/*---
description = """Goods that entered or left warehouses and new valuations of them, by movement, \
at cost in the reporting currency; what leaves is negative."""
label = { en = "Movements of stock", "zh-CN" = "库存变动" }
grain = ["stock_move_id", "booking_number"]
month = "moved_on"
time = "moved_on"
views = ["company"]

[inputs]
"marts.fct_stock_moves" = "same_month"
"marts.dim_customers" = { key = "customer_id", in = "marts.fct_stock_moves" }
"marts.dim_periods" = { key = "period_id", in = "marts.fct_stock_moves" }
"marts.dim_products" = { key = "product_id", in = "marts.fct_stock_moves" }
"marts.dim_warehouses" = { key = "warehouse_id", in = "marts.fct_stock_moves" }

[dimensions.moved_on]
description = "Day of the movement."
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

[dimensions.warehouse_id]
label = { en = "Warehouse", "zh-CN" = "仓库" }
description = "Number of the warehouse."

[dimensions.warehouse_name]
label = { en = "Name of the warehouse", "zh-CN" = "仓库名称" }
description = "What the warehouse is called."

[dimensions.move_kind]
label = { en = "Kind of movement", "zh-CN" = "变动类型" }
description = "Receipt, issue, return, revaluation and so on."

[dimensions.document_id]
label = { en = "Document", "zh-CN" = "单据" }
description = "Document that moved the goods."

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

[segments.for_customers]
label = { en = "For customers", "zh-CN" = "为客户" }
description = "Movements that a document ties to a customer."
column = "is_for_customer"

[measures.moved_quantity]
label = { en = "Moved", "zh-CN" = "净变动数量" }
description = "Pieces in less pieces out."
unit = "pieces"
additivity = "additive"
column = "moved_quantity"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.moved_cost_amount]
label = { en = "Moved at cost", "zh-CN" = "净变动金额" }
description = "Cost of what came in less that of what left, and new valuations."
unit = "reporting_currency"
additivity = "additive"
column = "cost_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "fiscal_year_to_date", "rolling_3_months",
    "rolling_12_months",
]

[measures.received_quantity]
label = { en = "In", "zh-CN" = "入库数量" }
description = "Pieces that came in."
unit = "pieces"
additivity = "additive"
column = "in_quantity"

[measures.issued_quantity]
label = { en = "Out", "zh-CN" = "出库数量" }
description = "Pieces that left, negative."
unit = "pieces"
additivity = "additive"
column = "out_quantity"

[measures.received_cost_amount]
label = { en = "In at cost", "zh-CN" = "入库金额" }
description = "Cost of what came in."
unit = "reporting_currency"
additivity = "additive"
column = "in_amount"

[measures.issued_cost_amount]
label = { en = "Out at cost", "zh-CN" = "出库金额" }
description = "Cost of what left, negative."
unit = "reporting_currency"
additivity = "additive"
column = "out_amount"

[measures.revalued_amount]
label = { en = "Revalued", "zh-CN" = "重估金额" }
description = "New valuations without a piece moved."
unit = "reporting_currency"
additivity = "additive"
column = "revalued_amount"

[measures.issued_piece_cost_amount]
label = { en = "Cost of a piece that left", "zh-CN" = "出库单位成本" }
description = "Cost of what left over its pieces."
unit = "reporting_currency"
additivity = "ratio"
numerator = "issued_cost_amount"
denominator = "issued_quantity"

[measures.move_count]
label = { en = "Movements", "zh-CN" = "变动次数" }
description = "How many movements there are."
additivity = "additive"
aggregate = "count"

[measures.moved_product_count]
label = { en = "Products moved", "zh-CN" = "变动产品数" }
description = "How many different products moved."
additivity = "distinct"
column = "product_id"

[rollups.months]
dimensions = [
    "entity_id", "business_unit_id", "warehouse_id", "product_category", "product_id",
    "move_kind",
]
granularity = "month"
measures = [
    "moved_quantity", "moved_cost_amount", "received_quantity", "issued_quantity",
    "received_cost_amount", "issued_cost_amount", "revalued_amount", "issued_piece_cost_amount",
    "move_count",
]
---*/

select
    moves.stock_move_id,
    moves.booking_number,
    moves.period_id,
    periods.fiscal_quarter,
    moves.entity_id,
    moves.business_unit_id,
    moves.warehouse_id,
    warehouses.warehouse_name,
    moves.customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, moves.customer_id) as customer_group_id,
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
    moves.product_id,
    products.product_name,
    coalesce(products.product_category, 'unassigned') as product_category,
    products.product_subcategory,
    moves.move_kind,
    moves.document_id,
    periods.fiscal_year,
    moves.moved_quantity,
    moves.cost_reporting_amount as cost_amount,
    case when moves.moved_quantity > 0 then moves.moved_quantity else 0 end as in_quantity,
    case when moves.moved_quantity < 0 then moves.moved_quantity else 0 end as out_quantity,
    case when moves.moved_quantity > 0 then moves.cost_reporting_amount end as in_amount,
    case when moves.moved_quantity < 0 then moves.cost_reporting_amount end as out_amount,
    case when moves.moved_quantity = 0 then moves.cost_reporting_amount end
        as revalued_amount,
    moves.customer_id <> 'unassigned' as is_for_customer,
    moves.moved_on
from marts.fct_stock_moves as moves
left join marts.dim_warehouses as warehouses
    on warehouses.warehouse_id = moves.warehouse_id
left join marts.dim_customers as customers
    on customers.customer_id = moves.customer_id
    and customers.version_number = moves.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = moves.period_id
left join marts.dim_products as products
    on products.product_id = moves.product_id
