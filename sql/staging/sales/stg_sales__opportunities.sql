/*---
description = "Opportunities with stage, expected amount and, when closed, against whom and why."
grain       = ["opportunity_id"]

[columns]
win_probability_ratio = "How likely an order is, 0 to 1, as its owner judges."

[shape]
opportunity_id        = "text"
customer_id           = "text"
owner_id              = "text"
campaign_id           = "text"
opportunity_title     = "text"
product_category      = "text"
opportunity_stage     = "text"
currency_code         = "text"
opportunity_outcome   = "text"
competitor_name       = "text"
outcome_reason        = "text"
expected_amount       = "decimal(18,2)"
win_probability_ratio = "decimal(9,6)"
opened_on             = "date"
expected_close_on     = "date"
closed_on             = "date"
last_action_on        = "date"
changed_at            = "timestamp"
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
