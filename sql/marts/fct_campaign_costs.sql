/*---
description = "Bills for campaigns; they reach profit through the ledger, never from here."
grain       = ["cost_id"]

[columns]
business_unit_id = "Business unit of the campaign; null without a campaign."
owner_id = "Who is in charge of the campaign; null without a campaign."
net_functional_amount = """Amount in the currency of the entity's books at the accounting rate of \
the day, rounded to its minor unit; null without a rate."""
net_reporting_amount = """Amount in the group's reporting currency at the accounting rate of the \
day, rounded to its minor unit; null without a rate."""
---*/

select
    costs.cost_id,
    costs.campaign_id,
    costs.entity_id,
    campaigns.business_unit_id,
    campaigns.owner_id,
    costs.document_id,
    dates.period_id,
    costs.cost_kind,
    costs.supplier_name,
    costs.currency_code,
    rates.functional_currency_code,
    costs.spent_amount as net_amount,
    cast(
        round(costs.spent_amount * rates.functional_rate, rates.functional_digits)
        as decimal(18, 4)
    ) as net_functional_amount,
    cast(
        round(costs.spent_amount * rates.reporting_rate, rates.reporting_digits)
        as decimal(18, 4)
    ) as net_reporting_amount,
    rates.reporting_rate as exchange_rate,
    costs.spent_on,
    rates.rated_on
from staging.stg_marketing__campaign_costs as costs
left join staging.stg_marketing__campaigns as campaigns
    on campaigns.campaign_id = costs.campaign_id
left join marts.dim_dates as dates
    on dates.date_on = costs.spent_on
left join intermediate.int_money_rates as rates
    on rates.entity_id = coalesce(costs.entity_id, 'unassigned')
    and rates.currency_code = costs.currency_code
    and rates.rate_on = costs.spent_on
