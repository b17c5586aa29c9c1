/*---
description = "Employees by number: role, unit, manager, account."
grain       = ["employee_id"]
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
