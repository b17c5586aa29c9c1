/*---
description = "Names of employees, kept apart because they are personal."
grain       = ["employee_id"]

[shape]
employee_id = "text"
employee_name = "text"
employee_name_zh = "text"
---*/

select
    cast(employee_id as varchar) as employee_id,
    concat(first_name, ' ', last_name) as employee_name,
    cast(null as varchar) as employee_name_zh
from northwind.employees_personal
