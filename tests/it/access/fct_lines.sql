/*---
description = "Lines of which not everybody sees all."
grain = ["line_id"]

[columns]
line_id = "Number."
unit_id = "Whose line it is."
person_id = "Who wrote it."
label = "A text; a number where it is seen."
amount = "Money."
quantity = "Pieces."
weight = "A float."
is_open = "Whether it is open."
sold_on = "Day."
secret = "What is masked."
---*/
select
    cast(a as bigint) as line_id,
    cast(b as varchar) as unit_id,
    cast(c as bigint) as person_id,
    cast(d as varchar) as label,
    cast(e as decimal(18, 4)) as amount,
    cast(f as bigint) as quantity,
    cast(g as double) as weight,
    cast(h as boolean) as is_open,
    cast(i as date) as sold_on,
    cast(j as varchar) as secret
from (
    values
