/*---
description = "Planned amounts by version, period and account."
grain       = [
    "budget_version",
    "period_id",
    "entity_id",
    "business_unit_id",
    "cost_centre_id",
    "account_id",
]

[shape]
period_id        = "text"
entity_id        = "text"
business_unit_id = "text"
cost_centre_id   = "text"
account_id       = "text"
budget_version   = "text"
budget_amount    = "decimal(18,2)"
---*/

select
    period_id,
    entity_id,
    business_unit_id,
    cost_centre_id,
    account_id,
    budget_version,
    budget_amount
from finance.budgets
