/*---
description = "Names of employees, kept apart because they are personal."
grain       = ["employee_id"]

[shape]
employee_id = "text"
employee_name = "text"
employee_name_zh = "text"
---*/

select
    employee_id,
    employee_name,
    employee_name_zh
from staff.employees_personal
