/*---
description = "Sales opportunities with their way through the stages, competitor and outcome."
grain       = ["opportunity_id"]

[columns]
source_system = "Department whose customer number the opportunity bears: always 'sales'."
customer_id = "Matched customer; 'unassigned' where the number is unknown."
entity_id = "Legal entity of the owner; null without one."
business_unit_id = "Business unit of the owner as employees are listed now; null without one."
latest_step_stage = "Stage of the latest step in the history; null without history."
furthest_stage = "Last stage before won or lost that the history knows; null without history."
step_count = "Steps in the history; 0 without one."
step_back_count = "Steps back to an earlier stage."
expected_functional_amount = """Expected amount in the currency of the entity's books at the \
accounting rate of the opening day, rounded to its minor unit; null without a rate."""
expected_reporting_amount = """Expected amount in the group's reporting currency at the \
accounting rate of the opening day, rounded to its minor unit; null without a rate."""
weighted_reporting_amount = """Expected reporting amount times the probability of winning, \
rounded to the minor unit; null once the opportunity is closed."""
lead_days = "Days spent in stage 'lead', over all visits; null while it goes on or if never there."
qualified_days = "Days spent in stage 'qualified'; null while it goes on or if never there."
proposal_days = "Days spent in stage 'proposal'; null while it goes on or if never there."
negotiation_days = "Days spent in stage 'negotiation'; null while it goes on or if never there."
cycle_days = "Days from opening to closing; null while open."
is_open = "Whether the opportunity is neither won nor lost."
is_won = "Whether it was won; null while open."
has_competitor = "Whether a competitor is named."
qualified_on = "Day on which stage 'qualified' was first entered, in the project's time zone."
proposal_on = "Day on which stage 'proposal' was first entered, in the project's time zone."
negotiation_on = "Day on which stage 'negotiation' was first entered, in the project's time zone."
stage_entered_on = "Day of the latest step, in the project's time zone; null without history."

[checks]
not_null = ["source_system", "customer_id", "is_open"]
expressions = [
    { name = "closes_after_opening", sql = "closed_on >= opened_on", severity = "warning" },
    { name = "closed_has_day", sql = "is_open or closed_on is not null", severity = "warning" },
    { name = "steps_agree", sql = "opportunity_stage = latest_step_stage", severity = "warning" },
]
---*/

with stage_history as (
    select
        opportunity_id,
        count(*) as step_count,
        sum(case when is_step_back then 1 else 0 end) as step_back_count,
        max(case when is_latest then opportunity_stage end) as latest_step_stage,
        max(case when is_latest then entered_on end) as stage_entered_on,
        max(
            case opportunity_stage
                when 'lead' then 1
                when 'qualified' then 2
                when 'proposal' then 3
                when 'negotiation' then 4
            end
        ) as furthest_rank,
        sum(case when opportunity_stage = 'lead' then stage_days end) as lead_days,
        sum(case when opportunity_stage = 'qualified' then stage_days end) as qualified_days,
        sum(case when opportunity_stage = 'proposal' then stage_days end) as proposal_days,
        sum(case when opportunity_stage = 'negotiation' then stage_days end) as negotiation_days,
        min(case when opportunity_stage = 'qualified' then entered_on end) as qualified_on,
        min(case when opportunity_stage = 'proposal' then entered_on end) as proposal_on,
        min(case when opportunity_stage = 'negotiation' then entered_on end) as negotiation_on
    from marts.fct_opportunity_stages
    group by opportunity_id
),

known_customers as (
    select
        opportunities.*,
        opportunities.opportunity_stage not in ('won', 'lost') as is_open,
        coalesce(numbers.customer_id, 'unassigned') as matched_customer_id,
        owners.entity_id,
        owners.business_unit_id
    from staging.stg_sales__opportunities as opportunities
    left join intermediate.int_customer_numbers as numbers
        on numbers.source_system = 'sales'
        and numbers.local_id = opportunities.customer_id
    left join staging.stg_staff__employees as owners
        on owners.employee_id = opportunities.owner_id
)

select
    opportunities.opportunity_id,
    'sales' as source_system,
    opportunities.customer_id as local_customer_id,
    opportunities.matched_customer_id as customer_id,
    customers.version_number as customer_version_number,
    opportunities.owner_id,
    opportunities.campaign_id,
    opportunities.entity_id,
    opportunities.business_unit_id,
    dates.period_id,
    opportunities.opportunity_title,
    opportunities.product_category,
    opportunities.opportunity_stage,
    history.latest_step_stage,
    case history.furthest_rank
        when 1 then 'lead'
        when 2 then 'qualified'
        when 3 then 'proposal'
        when 4 then 'negotiation'
    end as furthest_stage,
    opportunities.opportunity_outcome,
    opportunities.competitor_name,
    opportunities.outcome_reason,
    opportunities.currency_code,
    rates.functional_currency_code,
    opportunities.expected_amount,
    cast(
        round(opportunities.expected_amount * rates.functional_rate, rates.functional_digits)
        as decimal(18, 4)
    ) as expected_functional_amount,
    cast(
        round(opportunities.expected_amount * rates.reporting_rate, rates.reporting_digits)
        as decimal(18, 4)
    ) as expected_reporting_amount,
    case when opportunities.is_open then
        cast(
            round(
                round(
                    opportunities.expected_amount * rates.reporting_rate,
                    rates.reporting_digits
                ) * opportunities.win_probability_ratio,
                rates.reporting_digits
            ) as decimal(18, 4)
        )
    end as weighted_reporting_amount,
    rates.reporting_rate as exchange_rate,
    opportunities.win_probability_ratio,
    coalesce(history.step_count, 0) as step_count,
    coalesce(history.step_back_count, 0) as step_back_count,
    history.lead_days,
    history.qualified_days,
    history.proposal_days,
    history.negotiation_days,
    opportunities.closed_on - opportunities.opened_on as cycle_days,
    opportunities.is_open,
    case when not opportunities.is_open
        then opportunities.opportunity_stage = 'won'
    end as is_won,
    opportunities.competitor_name is not null as has_competitor,
    opportunities.opened_on,
    history.qualified_on,
    history.proposal_on,
    history.negotiation_on,
    history.stage_entered_on,
    opportunities.expected_close_on,
    opportunities.closed_on,
    opportunities.last_action_on,
    rates.rated_on
from known_customers as opportunities
left join stage_history as history
    on history.opportunity_id = opportunities.opportunity_id
left join marts.dim_customers as customers
    on customers.customer_id = opportunities.matched_customer_id
    and (customers.valid_from_on is null or customers.valid_from_on <= opportunities.opened_on)
    and (customers.valid_to_on is null or opportunities.opened_on < customers.valid_to_on)
left join marts.dim_dates as dates
    on dates.date_on = opportunities.opened_on
left join intermediate.int_money_rates as rates
    on rates.entity_id = coalesce(opportunities.entity_id, 'unassigned')
    and rates.currency_code = opportunities.currency_code
    and rates.rate_on = opportunities.opened_on
