/*---
description = "Service contracts with fee and agreed hours."
grain       = ["service_contract_id"]

[shape]
service_contract_id = "text"
service_customer_id = "text"
renewed_contract_id = "text"
contract_kind       = "text"
service_level       = "text"
currency_code       = "text"
contract_status     = "text"
annual_fee_amount   = "decimal(18,2)"
response_hours      = "integer"
resolution_hours    = "integer"
starts_on           = "date"
ends_on             = "date"
---*/

select
    service_contract_id,
    service_customer_id,
    renewed_contract_id,
    contract_kind,
    service_level,
    currency_code,
    contract_status,
    annual_fee_amount,
    response_hours,
    resolution_hours,
    starts_on,
    ends_on
from service.contracts
