/*---
description = "Hours by employee, kind of work and whom they served."
grain       = ["timesheet_id"]

[shape]
timesheet_id    = "text"
employee_id     = "text"
customer_id     = "text"
lead_id         = "text"
opportunity_id  = "text"
case_id         = "text"
campaign_id     = "text"
work_kind       = "text"
planned_minutes = "integer"
worked_minutes  = "integer"
travel_minutes  = "integer"
worked_on       = "date"
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
