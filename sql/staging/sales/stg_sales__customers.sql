/*---
description = "Companies in the order system, with owner, business unit and credit limit."
grain       = ["customer_id"]

[shape]
customer_id               = "text"
owner_id                  = "text"
business_unit_id          = "text"
entity_id                 = "text"
parent_customer_id        = "text"
customer_name             = "text"
customer_name_en          = "text"
customer_type             = "text"
industry                  = "text"
region                    = "text"
country                   = "text"
city                      = "text"
street_address            = "text"
company_size              = "text"
tax_number                = "text"
acquisition_channel       = "text"
customer_status           = "text"
currency_code             = "text"
website                   = "text"
registered_capital_amount = "decimal(18,2)"
credit_limit_amount       = "decimal(18,2)"
customer_since_on         = "date"
changed_on                = "date"
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
