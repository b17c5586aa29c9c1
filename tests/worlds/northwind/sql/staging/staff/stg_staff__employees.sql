/*---
description = "Employees of Northwind, who all sell."
grain       = ["employee_id"]

[shape]
employee_id = "text"
business_unit_id = "text"
entity_id = "text"
cost_centre_id = "text"
manager_id = "text"
crm_account_id = "text"
employee_role = "text"
employee_skills = "text"
hired_on = "date"
left_on = "date"
---*/

select
    cast(employee_id as varchar) as employee_id,
    cast(null as varchar) as business_unit_id,
    'NW' as entity_id,
    cast(null as varchar) as cost_centre_id,
    cast(reports_to as varchar) as manager_id,
    cast(null as varchar) as crm_account_id,
    title as employee_role,
    cast(null as varchar) as employee_skills,
    hire_date as hired_on,
    cast(null as date) as left_on
from northwind.employees
