/*---
description = "Cuts, windows and tolerances of reports, as text and as number."
grain       = ["parameter_name", "valid_from_on"]
---*/

select
    parameter_name,
    valid_from_on,
    parameter_value,
    parameter_unit,
    parameter_description,
    try_cast(parameter_value as decimal(18, 6)) as parameter_number
from inputs.parameters
