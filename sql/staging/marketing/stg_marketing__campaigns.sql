/*---
description = "Campaigns with budget and the days on which they run."
grain       = ["campaign_id"]

[shape]
campaign_id      = "text"
business_unit_id = "text"
owner_id         = "text"
campaign_name    = "text"
campaign_name_zh = "text"
campaign_kind    = "text"
campaign_channel = "text"
currency_code    = "text"
budget_amount    = "decimal(18,2)"
starts_on        = "date"
ends_on          = "date"
---*/

select
    campaign_id,
    business_unit_id,
    owner_id,
    campaign_name,
    campaign_name_zh,
    campaign_kind,
    campaign_channel,
    currency_code,
    budget_amount,
    starts_on,
    ends_on
from marketing.campaigns
