/*---
description = "The service desk's own list of customers."
grain       = ["service_customer_id"]

[shape]
service_customer_id = "text"
company_name        = "text"
city                = "text"
street              = "text"
tax_number          = "text"
service_since_on    = "date"
---*/

select
    service_customer_id,
    company_name,
    city,
    street,
    tax_number,
    service_since_on
from service.customers
