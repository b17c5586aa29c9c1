/*---
description = """What is planned, one row a target or a line of a budget: for a period or a whole \
fiscal year, of whom, by which measure."""
grain       = ["target_id"]

[columns]
target_id = """Number of the target; of a budget's line its version, period, entity, unit, cost \
centre and account, a hyphen for what it leaves empty."""
period_id = "Period of the plan; null where it is of a whole fiscal year."
entity_id = "Legal entity of a budget's line."
business_unit_id = "Unit whose target or budget it is; of a customer the unit that keeps it now."
cost_centre_id = "Cost centre of a budget's line; null for revenue, which is planned by unit."
account_id = "Account of a budget's line."
customer_id = """Customer whose target it is; 'unassigned' where sales' number is not known, null \
for targets of others."""
local_customer_id = "Number in sales of the customer whose target it is."
employee_id = "Owner whose target it is."
product_id = "Product whose target it is."
source_system = "Department whose number the local customer is: sales; null for targets of others."
target_kind = "target from inputs.targets, or budget from bookkeeping."
target_version = "Version of the budget; current for a target, which has one version only."
period_kind = "period or year: a year stands beside its periods and is never summed with them."
subject_kind = "Whose it is: customer, owner, unit, category, product ...; account for budgets."
subject_id = "Number or name of whose it is."
product_category = "Category of products whose target it is."
measure_name = "What is planned: net_revenue ...; ledger_amount for budgets."
currency_code = """ISO 4217 code of the amount, that of the group where the source says none; null \
where a target is no money."""
reporting_currency_code = "ISO 4217 code of the currency in which the group reports."
fiscal_year = "Fiscal year of the period, or the one that the plan is of."
exchange_rate = "To the reporting currency on the first day that is planned."
target_amount = """Planned amount; of a budget with the sign of the ledger, where debit is \
positive and revenue therefore negative."""
target_reporting_amount = """Planned amount converted to the reporting currency at the accounting \
rate of the first day that is planned and rounded to its minor unit; null where it is missing."""
is_adjusting = "Whether the period is an adjusting one."
starts_on = "First day that is planned; null where no period or year of that name is known."
ends_on = "Last day that is planned; null where no period or year of that name is known."
rated_on = "Day of the source's rate that was used; null where it is missing."

[checks]
not_null = ["target_amount"]
accepted = { target_kind = ["target", "budget"], period_kind = ["period", "year"] }

[[checks.expressions]]
name = "period_is_known"
sql = "starts_on is not null"
severity = "warning"
---*/

with plans as (
    select
        targets.target_id,
        targets.period_id as planned_period,
        cast(null as text) as entity_id,
        case when targets.subject_kind = 'unit' then targets.subject_id end as business_unit_id,
        cast(null as text) as cost_centre_id,
        cast(null as text) as account_id,
        'target' as target_kind,
        'current' as target_version,
        targets.subject_kind,
        targets.subject_id,
        targets.measure_name,
        targets.currency_code,
        cast(targets.target_amount as decimal(18, 4)) as target_amount
    from staging.stg_inputs__targets as targets
    union all
    select
        concat_ws(
            '/',
            budgets.budget_version,
            budgets.period_id,
            budgets.entity_id,
            coalesce(budgets.business_unit_id, '-'),
            coalesce(budgets.cost_centre_id, '-'),
            budgets.account_id
        ) as target_id,
        budgets.period_id as planned_period,
        budgets.entity_id,
        budgets.business_unit_id,
        budgets.cost_centre_id,
        budgets.account_id,
        'budget' as target_kind,
        budgets.budget_version as target_version,
        'account' as subject_kind,
        budgets.account_id as subject_id,
        'ledger_amount' as measure_name,
        project.reporting_currency_code as currency_code,
        cast(budgets.budget_amount as decimal(18, 4)) as target_amount
    from staging.stg_finance__budgets as budgets
    cross join patron.project as project
),

fiscal_years as (
    select
        cast(fiscal_year as text) as year_name,
        fiscal_year,
        min(starts_on) as starts_on,
        max(ends_on) as ends_on
    from marts.dim_periods
    group by fiscal_year
),

-- The name of a period wins over that of a year, should a calendar give them the same.
dated_plans as (
    select
        plans.*,
        periods.period_id,
        case
            when periods.period_id is null and years.year_name is not null then 'year'
            else 'period'
        end as period_kind,
        coalesce(periods.fiscal_year, years.fiscal_year) as fiscal_year,
        coalesce(periods.is_adjusting, false) as is_adjusting,
        coalesce(periods.starts_on, years.starts_on) as starts_on,
        coalesce(periods.ends_on, years.ends_on) as ends_on,
        numbers.customer_id
    from plans
    left join marts.dim_periods as periods
        on periods.period_id = plans.planned_period
    left join fiscal_years as years
        on years.year_name = plans.planned_period
    left join intermediate.int_customer_numbers as numbers
        on plans.subject_kind = 'customer'
        and numbers.source_system = 'sales'
        and numbers.local_id = plans.subject_id
),

newest_customers as (
    select
        customer_id,
        business_unit_id
    from marts.dim_customers
    where valid_to_on is null
)

select
    plans.target_id,
    coalesce(
        plans.period_id, case when plans.period_kind = 'period' then plans.planned_period end
    ) as period_id,
    plans.entity_id,
    coalesce(plans.business_unit_id, customers.business_unit_id) as business_unit_id,
    plans.cost_centre_id,
    plans.account_id,
    case
        when plans.subject_kind = 'customer' then coalesce(plans.customer_id, 'unassigned')
    end as customer_id,
    case when plans.subject_kind = 'customer' then plans.subject_id end as local_customer_id,
    case when plans.subject_kind = 'owner' then plans.subject_id end as employee_id,
    case when plans.subject_kind = 'product' then plans.subject_id end as product_id,
    case when plans.subject_kind = 'customer' then 'sales' end as source_system,
    plans.target_kind,
    plans.target_version,
    plans.period_kind,
    plans.subject_kind,
    plans.subject_id,
    case when plans.subject_kind = 'category' then plans.subject_id end as product_category,
    plans.measure_name,
    plans.currency_code,
    project.reporting_currency_code,
    plans.fiscal_year,
    rates.exchange_rate,
    plans.target_amount,
    cast(
        round(plans.target_amount * rates.exchange_rate, rates.rounding_digits)
        as decimal(18, 4)
    ) as target_reporting_amount,
    plans.is_adjusting,
    plans.starts_on,
    plans.ends_on,
    rates.rated_on
from dated_plans as plans
cross join patron.project as project
left join newest_customers as customers
    on customers.customer_id = plans.customer_id
left join intermediate.int_rates_filled as rates
    on rates.is_accounting
    and rates.from_currency_code = plans.currency_code
    and rates.to_currency_code = project.reporting_currency_code
    and rates.rate_on = plans.starts_on
