-- Bills of campaigns; CC4 is for none of them.
select
    c.cost_id,
    c.spent_on::date as spent_on,
    c.entity_id,
    c.campaign_id,
    m.campaign_name,
    m.campaign_kind,
    m.campaign_channel,
    c.cost_kind,
    c.supplier_name,
    booked(c.spent_amount, c.currency_code, c.entity_id, c.spent_on::date) as cost_amount,
    c.campaign_id is not null as has_campaign
from feeds.marketing_campaign_costs as c
left join feeds.marketing_campaigns as m using (campaign_id)
