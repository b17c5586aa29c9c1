/*---
description = "Delivery lines whose goods no stock move names, or names with another quantity."
severity    = "warning"
---*/

select
    products.delivery_id,
    products.product_id,
    products.product_quantity,
    costs.moved_quantity
from intermediate.int_delivery_products as products
left join intermediate.int_delivery_costs as costs
    on costs.document_id = products.delivery_id
    and costs.product_id = products.product_id
where (products.product_quantity is distinct from costs.moved_quantity)
