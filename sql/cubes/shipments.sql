/*---
description = """How goods travelled to customers: freight in the reporting currency, weight, \
pallets, days and delays, a row a shipment."""
label = { en = "Shipments", "zh-CN" = "发运" }
grain = ["delivery_id"]
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

[dimensions.delivery_id]
label = { en = "Delivery", "zh-CN" = "交货单" }
description = "Number of the delivery."

[dimensions.order_id]
label = { en = "Order", "zh-CN" = "订单" }
description = "Number of the order that is shipped."

[dimensions.warehouse_id]
label = { en = "Warehouse", "zh-CN" = "仓库" }
description = "Warehouse from which it was shipped."

[dimensions.carrier_name]
label = { en = "Carrier", "zh-CN" = "承运商" }
description = "Who carried the shipment."

[dimensions.owner_id]
label = { en = "Owner of the order", "zh-CN" = "订单负责人" }
description = "Employee in charge of the order."

[dimensions.requested_on]
label = { en = "Day wanted", "zh-CN" = "要求交期" }
description = "Day on which the customer wanted to have it."

[dimensions.arrived_on]
label = { en = "Day of arrival", "zh-CN" = "到货日期" }
description = "Day on which it arrived; null while under way."

[hierarchies.geography]
label = { en = "Geography", "zh-CN" = "地理" }
levels = ["region", "country", "city", "customer_id"]

[hierarchies.carriage]
label = { en = "Carriers", "zh-CN" = "承运" }
levels = ["carrier_name", "delivery_id"]

[segments.late]
label = { en = "Late", "zh-CN" = "迟到" }
description = "Shipments that arrived after the day wanted."
column = "is_late"

[segments.under_way]
label = { en = "Under way", "zh-CN" = "在途" }
description = "Shipments that have not arrived."
column = "is_under_way"

[measures.freight_amount]
label = { en = "Freight", "zh-CN" = "运费" }
description = "Freight of shipments, at the rate of the day of shipment."
unit = "reporting_currency"
additivity = "additive"
column = "freight_amount"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_3_months"]

[measures.unpriced_shipment_count]
label = { en = "Shipments without a rate", "zh-CN" = "缺汇率发运数" }
description = "Shipments whose freight no sum holds, because it or its rate is missing."
additivity = "additive"
column = "unpriced_count"

[measures.shipment_count]
label = { en = "Shipments", "zh-CN" = "发运数" }
description = "How many shipments there are."
additivity = "additive"
aggregate = "count"
over_time = ["previous_period", "year_before"]

[measures.shipment_freight_amount]
label = { en = "Freight of a shipment", "zh-CN" = "单次运费" }
description = "Freight over the number of shipments."
unit = "reporting_currency"
additivity = "ratio"
numerator = "freight_amount"
denominator = "shipment_count"

[measures.shipped_weight]
label = { en = "Weight", "zh-CN" = "发运重量" }
description = "Weight of shipments."
unit = "kg"
additivity = "additive"
column = "weight_kg"

[measures.shipped_pallet_count]
label = { en = "Pallets", "zh-CN" = "发运托盘数" }
description = "Pallets of shipments."
additivity = "additive"
column = "pallet_count"

[measures.arrived_shipment_count]
label = { en = "Arrived", "zh-CN" = "已到货发运数" }
description = "Shipments that have arrived."
additivity = "additive"
column = "arrived_count"

[measures.shipment_days]
label = { en = "Days under way", "zh-CN" = "在途天数" }
description = "Days from shipment to arrival, of those that have arrived."
unit = "days"
additivity = "additive"
column = "transport_days"

[measures.mean_shipment_days]
label = { en = "Mean days under way", "zh-CN" = "平均在途天数" }
description = "Days under way over shipments that have arrived."
unit = "days"
additivity = "ratio"
numerator = "shipment_days"
denominator = "arrived_shipment_count"

[measures.median_shipment_days]
label = { en = "Median days under way", "zh-CN" = "在途天数中位数" }
description = "Middle value of the days under way."
unit = "days"
additivity = "none"
aggregate = "median"
column = "transport_days"

[measures.timed_shipment_count]
label = { en = "With a day wanted", "zh-CN" = "有要求交期发运数" }
description = "Shipments that have arrived and whose day wanted is known."
additivity = "additive"
column = "timed_count"

[measures.punctual_shipment_count]
label = { en = "In time", "zh-CN" = "准时发运数" }
description = "Shipments that arrived on the day wanted or before it."
additivity = "additive"
column = "punctual_count"

[measures.punctual_shipment_ratio]
label = { en = "Share in time", "zh-CN" = "准时到货率" }
description = "Shipments in time over those whose day wanted is known."
unit = "ratio"
additivity = "ratio"
numerator = "punctual_shipment_count"
denominator = "timed_shipment_count"

[measures.shipped_customer_count]
label = { en = "Customers shipped to", "zh-CN" = "发运客户数" }
description = "How many different customers were shipped to."
additivity = "distinct"
column = "known_customer_id"
---*/

select
    shipments.delivery_id,
    shipments.order_id,
    shipments.period_id,
    periods.fiscal_quarter,
    shipments.entity_id,
    shipments.business_unit_id,
    shipments.owner_id,
    shipments.warehouse_id,
    shipments.carrier_name,
    shipments.customer_id,
    case when shipments.customer_id <> 'unassigned' then shipments.customer_id end
        as known_customer_id,
    customers.customer_name_now as customer_name,
    coalesce(customers.parent_customer_id, shipments.customer_id) as customer_group_id,
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
    periods.fiscal_year,
    shipments.freight_reporting_amount as freight_amount,
    shipments.weight_kg,
    shipments.pallet_count,
    shipments.transport_days,
    case when shipments.freight_reporting_amount is null then 1 else 0 end as unpriced_count,
    case when shipments.transport_days is not null then 1 else 0 end as arrived_count,
    case when shipments.delay_days is not null then 1 else 0 end as timed_count,
    case when shipments.delay_days <= 0 then 1 else 0 end as punctual_count,
    coalesce(shipments.delay_days > 0, false) as is_late,
    shipments.arrived_on is null as is_under_way,
    shipments.shipped_on,
    shipments.requested_on,
    shipments.arrived_on
from marts.fct_deliveries as shipments
left join marts.dim_customers as customers
    on customers.customer_id = shipments.customer_id
    and customers.version_number = shipments.customer_version_number
left join marts.dim_periods as periods
    on periods.period_id = shipments.period_id
