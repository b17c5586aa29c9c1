-- Minutes for which people are there, period by period.
select
    c.period_id,
    p.starts_on::date as starts_on,
    w.entity_id,
    w.business_unit_id,
    c.employee_id,
    c.cost_centre_id,
    k.cost_function,
    c.contracted_minutes::bigint as contracted_minutes,
    c.practical_minutes::bigint as practical_minutes,
    c.contracted_minutes::bigint - c.practical_minutes::bigint as unavailable_minutes
from feeds.staff_capacity as c
inner join feeds.inputs_calendar as p using (period_id)
inner join workers as w using (employee_id)
inner join feeds.finance_cost_centres as k on k.cost_centre_id = c.cost_centre_id
