/*---
description = "Hours by employee, kind of work and whom they served."
grain       = ["timesheet_id"]
---*/

select
    timesheet_id,
    employee_id,
    customer_id,
    lead_id,
    opportunity_id,
    case_id,
    campaign_id,
    work_kind,
    planned_minutes,
    worked_minutes,
    travel_minutes,
    worked_on
from staff.work_hours
