/*---
description = "Bills for campaigns, to be found again in the ledger."
grain       = ["cost_id"]

[shape]
cost_id       = "text"
campaign_id   = "text"
entity_id     = "text"
document_id   = "text"
cost_kind     = "text"
supplier_name = "text"
currency_code = "text"
spent_amount  = "decimal(18,2)"
spent_on      = "date"
---*/

select
    cost_id,
    campaign_id,
    entity_id,
    document_id,
    cost_kind,
    supplier_name,
    currency_code,
    spent_amount,
    spent_on
from marketing.campaign_costs
