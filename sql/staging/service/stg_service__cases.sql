/*---
description = "Service cases in their newest state that could be read."
grain       = ["case_id"]
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
