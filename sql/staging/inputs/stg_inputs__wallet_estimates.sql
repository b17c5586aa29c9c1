/*---
description = "Purchases and sales of customers as somebody estimated them, with source."
grain       = ["customer_id", "estimate_year", "product_category"]

[shape]
customer_id         = "text"
estimate_year       = "integer"
product_category    = "text"
currency_code       = "text"
estimate_source     = "text"
estimate_confidence = "text"
purchases_amount    = "decimal(18,2)"
sales_total_amount  = "decimal(18,2)"
estimated_on        = "date"
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
