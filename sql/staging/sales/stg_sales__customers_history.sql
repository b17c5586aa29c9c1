/*---
description = "What sales knew of each company, one row a version, from the day it was changed."
grain       = ["customer_id", "version_from_at"]

[columns]
version_from_at = "From when on the row held; 1700-01-01 for the first version known."
version_to_at   = "Until when the row held, exclusive; null while it holds."

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
version_from_at           = "timestamp"
version_to_at             = "timestamp"
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
    coalesce(_valid_from, timestamp '1700-01-01 00:00:00') as version_from_at,
    _valid_to as version_to_at
from sales.customers_history
