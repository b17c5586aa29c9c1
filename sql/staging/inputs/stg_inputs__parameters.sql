/*---
description = "Cuts, windows and tolerances of reports, as text and as number."
grain       = ["parameter_name", "valid_from_on"]

[shape]
parameter_name        = "text"
valid_from_on         = "date"
parameter_value       = "text"
parameter_unit        = "text"
parameter_description = "text"
parameter_number      = "decimal(18,6)"
---*/

select
    parameter_name,
    valid_from_on,
    parameter_value,
    parameter_unit,
    parameter_description,
    try_cast(parameter_value as decimal(18, 6)) as parameter_number
from inputs.parameters
