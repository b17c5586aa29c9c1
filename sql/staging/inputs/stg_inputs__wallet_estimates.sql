/*---
description = "Purchases and sales of customers as somebody estimated them, with source."
grain       = ["customer_id", "estimate_year", "product_category"]
---*/

select
    customer_id,
    estimate_year,
    product_category,
    currency_code,
    estimate_source,
    estimate_confidence,
    purchases_amount,
    sales_total_amount,
    estimated_on
from inputs.wallet_estimates
