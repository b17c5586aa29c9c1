/*---
description = """What customers sent back, by lines of returns, at the price of the order in the \
reporting currency. What was paid back stands in sales."""
label = { en = "Returns", "zh-CN" = "退货" }
grain = ["return_id", "return_line_number"]
time = "returned_on"
views = ["company"]

[columns]
known_customer_id = "Customer, where one is known; null else."

[dimensions.returned_on]
description = "Day of the return."
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

[dimensions.return_id]
label = { en = "Return", "zh-CN" = "退货单" }
description = "Number under which goods came back."

[dimensions.return_line_number]
label = { en = "Line of the return", "zh-CN" = "退货行号" }
description = "Line of the return, from 1."

[dimensions.order_id]
label = { en = "Order", "zh-CN" = "订单" }
description = "Number of the order that came back."

[dimensions.delivery_id]
label = { en = "Delivery", "zh-CN" = "交货单" }
description = "Number of the delivery that came back."

[dimensions.warehouse_id]
label = { en = "Warehouse", "zh-CN" = "仓库" }
description = "Warehouse that took the goods back."

[dimensions.return_reason]
label = { en = "Reason", "zh-CN" = "退货原因" }
description = "Why the goods came back."

[dimensions.return_condition]
label = { en = "Condition", "zh-CN" = "退货状况" }
description = "In which condition the goods came back."

[hierarchies.products]
label = { en = "Product categories", "zh-CN" = "产品类别" }
levels = ["product_category", "product_subcategory", "product_id"]

[hierarchies.reasons]
label = { en = "Reasons", "zh-CN" = "退货原因" }
levels = ["return_reason", "return_condition", "customer_id"]

[segments.uncredited]
label = { en = "Not credited", "zh-CN" = "未贷记" }
description = "Returns without a credit note."
column = "is_uncredited"

[measures.returned_quantity]
label = { en = "Pieces returned", "zh-CN" = "退货数量" }
description = "Pieces that came back."
unit = "pieces"
additivity = "additive"
column = "returned_quantity"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.returned_amount]
label = { en = "Value of returns", "zh-CN" = "退货额" }
description = """Pieces that came back at the net price of their order, at the rate of the day of \
return."""
unit = "reporting_currency"
additivity = "additive"
column = "returned_amount"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.unpriced_returned_count]
label = { en = "Returns without a price", "zh-CN" = "缺价格退货行数" }
description = "Lines that no sum holds: no order line, or no rate."
additivity = "additive"
column = "unpriced_count"

[measures.return_line_count]
label = { en = "Lines of returns", "zh-CN" = "退货行数" }
description = "How many lines of returns there are."
additivity = "additive"
aggregate = "count"

[measures.return_count]
label = { en = "Returns", "zh-CN" = "退货单数" }
description = "How many different returns there are."
additivity = "distinct"
column = "return_id"

[measures.credited_return_line_count]
label = { en = "Of these credited", "zh-CN" = "已贷记退货行数" }
description = "Lines whose credit note is among the invoices."
additivity = "additive"
column = "credited_count"

[measures.credited_return_ratio]
label = { en = "Share credited", "zh-CN" = "退货贷记率" }
description = "Lines credited over all lines of returns."
unit = "ratio"
additivity = "ratio"
numerator = "credited_return_line_count"
denominator = "return_line_count"

[measures.dated_return_count]
label = { en = "Returns of known deliveries", "zh-CN" = "有交货日退货行数" }
description = "Lines whose shipment is known."
additivity = "additive"
column = "dated_count"

[measures.return_days]
label = { en = "Days until the return", "zh-CN" = "退货天数" }
description = "Days from shipment to return, of known deliveries."
unit = "days"
additivity = "additive"
column = "return_days"

[measures.mean_return_days]
label = { en = "Mean days until the return", "zh-CN" = "平均退货天数" }
description = "Days from shipment to return over lines of known deliveries."
unit = "days"
additivity = "ratio"
numerator = "return_days"
denominator = "dated_return_count"

[measures.returning_customer_count]
label = { en = "Customers who returned", "zh-CN" = "退货客户数" }
description = "How many different customers sent something back."
additivity = "distinct"
column = "known_customer_id"
---*/

select
    returns.return_id,
    returns.return_line_number,
    returns.order_id,
    returns.delivery_id,
    returns.period_id,
    periods.fiscal_quarter,
    returns.entity_id,
    returns.business_unit_id,
    returns.warehouse_id,
    returns.return_reason,
    returns.return_condition,
    returns.customer_id,
    case when returns.customer_id <> 'unassigned' then returns.customer_id end
        as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, returns.customer_id) as customer_group_id,
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
    returns.product_id,
    products.product_name,
    coalesce(products.product_category, 'unassigned') as product_category,
    products.product_subcategory,
    periods.fiscal_year,
    returns.net_reporting_amount as returned_amount,
    returns.returned_quantity,
    returns.return_days,
    case when returns.net_reporting_amount is null then 1 else 0 end as unpriced_count,
    case when returns.is_credited then 1 else 0 end as credited_count,
    case when returns.return_days is not null then 1 else 0 end as dated_count,
    not coalesce(returns.is_credited, false) as is_uncredited,
    returns.returned_on
from marts.fct_returns as returns
left join marts.dim_customers as customers
    on customers.customer_id = returns.customer_id
    and customers.version_number = returns.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = returns.period_id
left join marts.dim_products as products
    on products.product_id = returns.product_id
