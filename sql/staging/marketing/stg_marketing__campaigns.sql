/*---
description = "Campaigns with budget and the days on which they run."
grain       = ["campaign_id"]
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
