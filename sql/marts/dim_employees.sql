/*---
description = """Employees by number, one row a person. Names are personal and stay in \
staging.stg_staff__employees_personal."""
grain       = ["employee_id"]

[columns]
has_crm_account = "Whether the employee has an account in the customer system."
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
    crm_account_id is not null as has_crm_account,
    hired_on,
    left_on
from staging.stg_staff__employees
