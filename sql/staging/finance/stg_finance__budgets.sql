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
