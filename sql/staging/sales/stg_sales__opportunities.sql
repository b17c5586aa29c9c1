/*---
description = "Opportunities with stage, expected amount and, when closed, against whom and why."
grain       = ["opportunity_id"]
---*/

select
    opportunity_id,
    customer_id,
    owner_id,
    campaign_id,
    opportunity_title,
    product_category,
    opportunity_stage,
    currency_code,
    opportunity_outcome,
    competitor_name,
    outcome_reason,
    expected_amount,
    cast(win_probability_percent / 100.0 as decimal(9, 6)) as win_probability_ratio,
    opened_on,
    expected_close_on,
    closed_on,
    last_action_on,
    changed_at
from sales.opportunities
