/*---
description = "Bills for campaigns, to be found again in the ledger."
grain       = ["cost_id"]
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
