/*---
description = "Lines of which not everybody sees all."
grain = ["line_id"]
label = "Lines"
time = "sold_on"

[dimensions]
line = { description = "Number.", column = "line_id" }
unit = { description = "Whose line it is.", column = "unit_id" }
person = { description = "Who wrote it.", column = "person_id" }
label = { description = "A text." }
open = { description = "Whether it is open.", column = "is_open" }
quantity = { description = "Pieces." }
secret = { description = "What is masked." }
sold_on = { description = "Day." }

[hierarchies.place]
label = "Place"
levels = ["unit", "person", "label"]

[segments.open_ones]
description = "Open lines."
column = "is_open"

[measures.amount]
description = "Money."
unit = "reporting_currency"
additivity = "additive"
column = "amount"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_2_months"]

[measures.line_count]
description = "How many lines."
additivity = "additive"
aggregate = "count"

[measures.pieces]
description = "How many pieces."
additivity = "additive"
column = "quantity"

[measures.highest]
description = "The most pieces of a line."
additivity = "additive"
aggregate = "max"
column = "quantity"

[measures.labels]
description = "How many different labels."
additivity = "distinct"
column = "label"

[measures.middle]
description = "The middle amount."
additivity = "none"
aggregate = "median"
column = "amount"

[measures.mean]
description = "Amount of a line."
additivity = "ratio"
numerator = "amount"
denominator = "line_count"

[rollups.by_month]
dimensions = ["person"]
granularity = "month"
measures = ["amount", "line_count", "highest", "mean"]

[rollups.by_unit]
dimensions = ["unit", "open"]
granularity = "month"
measures = ["amount", "line_count", "highest", "mean"]

[rollups.by_label_of_unit]
dimensions = ["unit", "label"]
measures = ["amount", "line_count", "labels"]

[rollups.by_label]
dimensions = ["label"]
measures = ["amount", "line_count"]
---*/
select
    lines.line_id,
    lines.unit_id,
    lines.person_id,
    lines.label,
    lines.amount,
    lines.quantity,
    lines.is_open,
    lines.sold_on,
    lines.secret
from marts.fct_lines as lines
