/*---
description = "Employees by number: role, unit, manager, account."
grain       = ["employee_id"]

[shape]
employee_id      = "text"
business_unit_id = "text"
entity_id        = "text"
cost_centre_id   = "text"
manager_id       = "text"
crm_account_id   = "text"
employee_role    = "text"
employee_skills  = "text"
hired_on         = "date"
left_on          = "date"
---*/

select
    employee_id,
    business_unit_id,
    entity_id,
    cost_centre_id,
    manager_id,
    crm_account_id,
    employee_role,
    employee_skills,
    hired_on,
    left_on
from staff.employees
