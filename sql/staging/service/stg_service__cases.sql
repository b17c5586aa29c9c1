/*---
description = "Service cases in their newest state that could be read."
grain       = ["case_id"]

[shape]
case_id             = "text"
service_customer_id = "text"
product_id          = "text"
order_id            = "text"
service_contract_id = "text"
reworked_case_id    = "text"
technician_id       = "text"
case_status         = "text"
case_kind           = "text"
case_channel        = "text"
case_subject        = "text"
case_cause          = "text"
case_resolution     = "text"
case_priority       = "integer"
work_minutes        = "integer"
is_avoidable        = "boolean"
is_billable         = "boolean"
is_first_time_fix   = "boolean"
is_stale            = "boolean"
opened_at           = "timestamp"
first_response_at   = "timestamp"
due_at              = "timestamp"
closed_at           = "timestamp"
changed_at          = "timestamp"
---*/

select
    case_id,
    service_customer_id,
    sku as product_id,
    order_id,
    service_contract_id,
    reworked_case_id,
    technician_id,
    case_status,
    case_kind,
    case_channel,
    case_subject,
    case_cause,
    case_resolution,
    case_priority,
    work_minutes,
    is_avoidable,
    is_billable,
    is_first_time_fix,
    _is_stale as is_stale,
    opened_at,
    first_response_at,
    due_at,
    closed_at,
    changed_at
from service.cases
