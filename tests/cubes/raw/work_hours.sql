-- Timesheets.
select
    h.timesheet_id,
    h.worked_on::date as worked_on,
    w.entity_id,
    w.cost_centre_id,
    w.business_unit_id,
    h.employee_id,
    h.work_kind,
    h.case_id,
    h.opportunity_id,
    h.lead_id,
    h.campaign_id,
    h.worked_minutes::bigint as worked_minutes,
    h.travel_minutes::bigint as travel_minutes,
    h.worked_minutes::bigint + h.travel_minutes::bigint as total_minutes,
    h.planned_minutes::bigint as planned_minutes,
    case when h.planned_minutes is not null then h.worked_minutes::bigint end
        as worked_planned_minutes
from feeds.staff_work_hours as h
inner join workers as w using (employee_id)
