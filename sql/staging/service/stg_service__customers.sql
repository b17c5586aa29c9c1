/*---
description = "The service desk's own list of customers."
grain       = ["service_customer_id"]
---*/

select
    service_customer_id,
    company_name,
    city,
    street,
    tax_number,
    service_since_on
from service.customers
