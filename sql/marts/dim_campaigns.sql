/*---
description = "Marketing campaigns with budget, days and the events that belong to them."
grain       = ["campaign_id"]

[columns]
budget_reporting_amount = """Budget in the group's reporting currency at the accounting rate of \
the first day, rounded to its minor unit; null without a rate."""
event_count = "Events of the campaign."
seat_count = "Seats of these events together."
campaign_days = "Days that the campaign runs, first and last included; null while open."
first_event_on = "Day of the campaign's first event."
last_event_on = "Day of the campaign's last event."
---*/

with campaign_events as (
    select
        campaign_id,
        count(*) as event_count,
        sum(seat_count) as seat_count,
        min(held_on) as first_event_on,
        max(held_on) as last_event_on
    from staging.stg_marketing__events
    where campaign_id is not null
    group by campaign_id
)

select
    campaigns.campaign_id,
    campaigns.business_unit_id,
    campaigns.owner_id,
    campaigns.campaign_name,
    campaigns.campaign_name_zh,
    campaigns.campaign_kind,
    campaigns.campaign_channel,
    campaigns.currency_code,
    campaigns.budget_amount,
    cast(
        round(campaigns.budget_amount * rates.reporting_rate, rates.reporting_digits)
        as decimal(18, 4)
    ) as budget_reporting_amount,
    rates.reporting_rate as exchange_rate,
    coalesce(events.event_count, 0) as event_count,
    coalesce(events.seat_count, 0) as seat_count,
    campaigns.ends_on - campaigns.starts_on + 1 as campaign_days,
    campaigns.starts_on,
    campaigns.ends_on,
    events.first_event_on,
    events.last_event_on,
    rates.rated_on
from staging.stg_marketing__campaigns as campaigns
left join campaign_events as events
    on events.campaign_id = campaigns.campaign_id
left join intermediate.int_money_rates as rates
    on rates.entity_id = 'unassigned'
    and rates.currency_code = campaigns.currency_code
    and rates.rate_on = campaigns.starts_on
