-- Sign-ins; LG6 is nobody's.
select
    l.login_id,
    shanghai(l.logged_in_at) as logged_in_on,
    w.employee_id,
    w.entity_id,
    w.business_unit_id,
    l.crm_account_id,
    l.application_name,
    l.session_minutes::bigint as session_minutes,
    (w.employee_id is null)::bigint as unknown_count
from feeds.staff_logins as l
left join workers as w on lower(w.employee_id) = l.crm_account_id
