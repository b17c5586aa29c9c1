/*---
description = "Service contracts with fee and agreed hours."
grain       = ["service_contract_id"]
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
