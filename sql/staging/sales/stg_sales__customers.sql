/*---
description = "Companies in the order system, with owner, business unit and credit limit."
grain       = ["customer_id"]
---*/

select
    customer_id,
    owner_id,
    business_unit_id,
    entity_id,
    parent_customer_id,
    customer_name,
    customer_name_en,
    customer_type,
    industry,
    region,
    country,
    city,
    street_address,
    company_size,
    tax_number,
    acquisition_channel,
    customer_status,
    currency_code,
    website,
    registered_capital_amount,
    credit_limit_amount,
    customer_since_on,
    changed_on
from sales.customers
