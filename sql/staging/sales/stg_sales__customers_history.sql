/*---
description = "What sales knew of each company, one row a version, from the day it was changed."
grain       = ["customer_id", "version_from_on"]

[columns]
version_from_on = "The day from which the row held; 1700-01-01 for the first version known."
version_to_on   = "The day from which it held no more; null while it holds."

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
company_size              = "text"
acquisition_channel       = "text"
customer_status           = "text"
currency_code             = "text"
registered_capital_amount = "decimal(18,2)"
credit_limit_amount       = "decimal(18,2)"
customer_since_on         = "date"
version_from_on           = "date"
version_to_on             = "date"
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
    company_size,
    acquisition_channel,
    customer_status,
    currency_code,
    registered_capital_amount,
    credit_limit_amount,
    customer_since_on,
    cast(coalesce(_valid_from, date '1700-01-01') as date) as version_from_on,
    cast(_valid_to as date) as version_to_on
from sales.customers_history
