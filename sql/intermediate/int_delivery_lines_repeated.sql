/*---
description = "Delivery lines whose product stands on several lines of the same delivery."
grain       = ["delivery_id", "delivery_line_number"]

[columns]
quantity_before = """Pieces of the product on the delivery's lines with lower numbers: a line's \
share of the cost ends where that of the next begins, so that the shares sum to the whole."""
---*/

select
    lines.delivery_id,
    lines.delivery_line_number,
    coalesce(
        sum(lines.delivered_quantity) over (
            partition by lines.delivery_id, lines.product_id
            order by lines.delivery_line_number
            rows between unbounded preceding and 1 preceding
        ),
        0
    ) as quantity_before
from staging.stg_sales__delivery_lines as lines
inner join intermediate.int_delivery_products as products
    on products.delivery_id = lines.delivery_id
    and products.product_id = lines.product_id
where products.line_count > 1
