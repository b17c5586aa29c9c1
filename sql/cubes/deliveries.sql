/*---
description = "What left for customers, by lines of deliveries, at cost in the reporting currency."
label = { en = "Deliveries", "zh-CN" = "交货" }
grain = ["delivery_id", "delivery_line_number"]
time = "shipped_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.shipped_on]
description = "Day of shipment."
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

[dimensions.delivery_id]
label = { en = "Delivery", "zh-CN" = "交货单" }
description = "Number of the delivery."

[dimensions.delivery_line_number]
label = { en = "Line of the delivery", "zh-CN" = "交货行号" }
description = "Line of the delivery, from 1."

[dimensions.order_id]
label = { en = "Order", "zh-CN" = "订单" }
description = "Number of the order that is delivered."

[dimensions.warehouse_id]
label = { en = "Warehouse", "zh-CN" = "仓库" }
description = "Warehouse that the goods left."

[dimensions.carrier_name]
label = { en = "Carrier", "zh-CN" = "承运商" }
description = "Who carried the goods."

[dimensions.owner_id]
label = { en = "Owner of the order", "zh-CN" = "订单负责人" }
description = "Employee in charge of the order."

[hierarchies.geography]
label = { en = "Geography", "zh-CN" = "地理" }
levels = ["region", "country", "city", "customer_id"]

[hierarchies.products]
label = { en = "Product categories", "zh-CN" = "产品类别" }
levels = ["product_category", "product_subcategory", "product_id"]

[segments.unbilled]
label = { en = "Not billed yet", "zh-CN" = "未开票" }
description = "Lines of which pieces are not billed yet."
column = "is_unbilled"

[measures.delivered_quantity]
label = { en = "Pieces delivered", "zh-CN" = "交货数量" }
description = "Pieces that left; items of a set are delivered, the set itself is not."
unit = "pieces"
additivity = "additive"
column = "delivered_quantity"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.billed_delivered_quantity]
label = { en = "Of these billed", "zh-CN" = "已开票交货数量" }
description = "Pieces delivered that invoices have billed so far."
unit = "pieces"
additivity = "additive"
column = "billed_quantity"

[measures.unbilled_delivered_quantity]
label = { en = "Not billed yet", "zh-CN" = "未开票交货数量" }
description = "Pieces delivered and not billed yet; negative where more was billed."
unit = "pieces"
additivity = "additive"
column = "open_quantity"

[measures.billed_delivered_ratio]
label = { en = "Share billed", "zh-CN" = "交货开票率" }
description = "Pieces billed over pieces delivered."
unit = "ratio"
additivity = "ratio"
numerator = "billed_delivered_quantity"
denominator = "delivered_quantity"

[measures.delivered_cost_amount]
label = { en = "Cost of deliveries", "zh-CN" = "交货成本" }
description = "Value at cost of what left the warehouse, at the rate of the day of shipment."
unit = "reporting_currency"
additivity = "additive"
column = "cost_amount"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.costed_delivered_quantity]
label = { en = "Pieces with a cost", "zh-CN" = "有成本交货数量" }
description = "Pieces delivered whose cost is known."
unit = "pieces"
additivity = "additive"
column = "costed_quantity"

[measures.delivered_piece_cost_amount]
label = { en = "Cost of a piece", "zh-CN" = "单件交货成本" }
description = "Cost over the pieces whose cost is known."
unit = "reporting_currency"
additivity = "ratio"
numerator = "delivered_cost_amount"
denominator = "costed_delivered_quantity"

[measures.delivery_line_count]
label = { en = "Lines of deliveries", "zh-CN" = "交货行数" }
description = "How many lines of deliveries there are."
additivity = "additive"
aggregate = "count"

[measures.uncosted_delivery_line_count]
label = { en = "Lines without a cost", "zh-CN" = "缺成本交货行数" }
description = "Lines whose cost no sum holds: no move of stock, or no rate."
additivity = "additive"
column = "uncosted_count"

[measures.delivery_count]
label = { en = "Deliveries", "zh-CN" = "交货单数" }
description = "How many different deliveries there are."
additivity = "distinct"
column = "delivery_id"

[measures.delivered_product_count]
label = { en = "Products delivered", "zh-CN" = "交货产品数" }
description = "How many different products were delivered."
additivity = "distinct"
column = "product_id"

[measures.delivered_customer_count]
label = { en = "Customers who were delivered to", "zh-CN" = "收货客户数" }
description = "How many different customers were delivered to."
additivity = "distinct"
column = "known_customer_id"

[rollups.categories]
dimensions = [
    "entity_id", "business_unit_id", "customer_type", "region", "product_category",
    "product_subcategory", "warehouse_id", "owner_id",
]
granularity = "month"
measures = [
    "delivered_quantity", "billed_delivered_quantity", "unbilled_delivered_quantity",
    "billed_delivered_ratio", "delivered_cost_amount", "delivery_line_count",
]
---*/

select
    lines.delivery_id,
    lines.delivery_line_number,
    lines.order_id,
    lines.period_id,
    periods.fiscal_quarter,
    lines.entity_id,
    lines.business_unit_id,
    lines.owner_id,
    lines.warehouse_id,
    lines.carrier_name,
    lines.customer_id,
    case when lines.customer_id <> 'unassigned' then lines.customer_id end
        as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, lines.customer_id) as customer_group_id,
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
    lines.product_id,
    products.product_name,
    coalesce(products.product_category, 'unassigned') as product_category,
    products.product_subcategory,
    periods.fiscal_year,
    lines.cost_reporting_amount as cost_amount,
    lines.delivered_quantity,
    lines.invoiced_quantity as billed_quantity,
    lines.open_quantity,
    case when lines.cost_reporting_amount is not null then lines.delivered_quantity end
        as costed_quantity,
    case when lines.cost_reporting_amount is null then 1 else 0 end as uncosted_count,
    coalesce(lines.open_quantity > 0, false) as is_unbilled,
    lines.shipped_on
from marts.fct_delivery_lines as lines
left join marts.dim_customers as customers
    on customers.customer_id = lines.customer_id
    and customers.version_number = lines.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = lines.period_id
left join marts.dim_products as products
    on products.product_id = lines.product_id
