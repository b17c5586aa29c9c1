/*---
description = """Budget, forecast and actual: how far are targets and budgets reached? Plans of \
periods, or those of the year with the year up to the period; the two are never summed. What came \
of a target is of the customers' statement, by customer, category, unit or owner as they were, or \
of the product's invoices; what came of a budget is the ledger. A plan of a period stands against \
that period only, and beside it what came of the same subject in the period that it is compared \
with. A segment chooses plans: those of its customers as they are on the last day planned, and \
where a unit or a salesperson alone is asked that one's own; all others, budgets and plans of \
categories and products among them, are of no customer and are left out then. Totals are sums of \
those that have a plan, ratios are of the sums. Plans of customers, units and owners are of no \
entity's books, so amounts are in the group's currency."""
label       = { en = "Attainment of targets", "zh-CN" = "目标达成" }
grain       = [
    "target_kind",
    "target_version",
    "subject_kind",
    "measure_name",
    "row_kind",
    "subject_id",
]

[parameters.period]
type = "period"
default = "newest_period"
description = """Last period of the span; adjusting periods stand with the regular one that holds \
them."""

[parameters.from_period]
type = "period"
not_after = "period"
optional = true
description = "First period of the span; left out, the span is the one period."

[parameters.comparison]
type = "choice"
default = "previous_period"
allowed = ["previous_period", "same_period_year_before", "none"]
description = """What the span is compared with: as many periods before it, or those of a year \
before."""

[parameters.plan]
type = "choice"
default = "period"
allowed = ["period", "year"]
description = "Plans of the periods, or of the fiscal year with what came of it so far."

[parameters.subject]
type = "text"
optional = true
from = "marts.fct_targets.subject_kind"
description = "Only plans of this kind of subject."

[parameters.entity]
type = "text"
optional = true
from = "marts.dim_entities.entity_id"
description = "Only this legal entity."

[parameters.unit]
type = "text"
optional = true
from = "marts.dim_business_units.business_unit_id"
description = "Only customers of this business unit, and its own plans."

[parameters.region]
type = "text"
optional = true
from = "marts.dim_customers.region"
description = "Only customers of this region."

[parameters.industry]
type = "text"
optional = true
from = "marts.dim_customers.industry"
description = "Only customers of this industry."

[parameters.type]
type = "text"
optional = true
from = "marts.dim_customers.customer_type"
description = "Only customers of this type."

[parameters.size]
type = "text"
optional = true
from = "marts.dim_customers.company_size"
description = "Only customers of this size."

[parameters.owner]
type = "text"
optional = true
from = "marts.dim_customers.owner_id"
description = "Only customers of this salesperson, and his or her own plans."

[columns]
row_kind = "subject or total."
target_kind = "target or budget."
target_version = "Version of the plan."
subject_kind = "Whose plan it is."
measure_name = "What is planned."
subject_id = "Number or name; of a budget entity, unit, cost centre and account."
plan_count = "How many plans stand in the row."
target_amount = "Planned amount; revenue is positive, cost negative."
actual_amount = "What came of it; null where the measure is not kept."
difference_amount = "Actual less planned."
attainment_ratio = "Actual over planned."
attainment_status = "reached, missed, not measured or not priced."
base_actual_amount = "What came of the same in the span compared with; null where it has none."
actual_change_amount = "Actual less that of the span compared with."
unpriced_count = """Entries, plans or positions without a rate to the reporting currency: \
counted, never taken as 0."""

[labels.en]
row_kind = "Kind of row"
target_kind = "Plan"
target_version = "Version"
subject_kind = "Of what"
measure_name = "Measure"
subject_id = "Of whom"
plan_count = "Plans"
target_amount = "Plan amount"
actual_amount = "Actual"
difference_amount = "Difference"
attainment_ratio = "Attainment"
attainment_status = "Status"
base_actual_amount = "Actual before"
actual_change_amount = "Change of actual"
unpriced_count = "Without rate"

[labels."zh-CN"]
row_kind = "行类型"
target_kind = "计划类型"
target_version = "版本"
subject_kind = "对象类型"
measure_name = "指标"
subject_id = "对象"
plan_count = "计划数"
target_amount = "计划金额"
actual_amount = "实际金额"
difference_amount = "差异"
attainment_ratio = "达成率"
attainment_status = "状态"
base_actual_amount = "对比期实际"
actual_change_amount = "实际变动"
unpriced_count = "缺汇率笔数"

[values]
row_kind = ["subject", "total"]
attainment_status = ["reached", "missed", "not measured", "not priced"]

[units]
target_amount = "reporting_currency"
actual_amount = "reporting_currency"
difference_amount = "reporting_currency"
attainment_ratio = "ratio"
base_actual_amount = "reporting_currency"
actual_change_amount = "reporting_currency"
---*/

with named as (
    select
        max(sequence_number) filter (where period_id = coalesce($from_period, $period))
            as from_number,
        max(sequence_number) filter (where period_id = $period) as last_number,
        max(fiscal_year) filter (where period_id = $period) as fiscal_year
    from marts.dim_periods
),

-- Plans of a year stand against the year up to the period; both are never summed.
bounds as (
    select
        case $plan when 'year' then min(periods.sequence_number) else max(named.from_number) end
            as first_number,
        max(named.last_number) as last_number
    from marts.dim_periods as periods
    join named
        on periods.fiscal_year = named.fiscal_year
),

before as (
    select
        periods.sequence_number as plan_number,
        case $comparison
            when 'same_period_year_before' then periods.year_before_number
            else periods.sequence_number - bounds.last_number + bounds.first_number - 1
        end as sequence_number
    from marts.dim_periods as periods
    join bounds
        on periods.sequence_number between bounds.first_number and bounds.last_number
    where not periods.is_adjusting
        and $comparison <> 'none'
),

-- A plan of a period stands against that period only, and beside the one that it is compared with;
-- adjusting periods go with the one that holds them. Without periods to fill it there is no span
-- compared with.
compared as (
    select
        'actual' as span_kind,
        periods.sequence_number as plan_number,
        periods.sequence_number
    from marts.dim_periods as periods
    join bounds
        on periods.sequence_number between bounds.first_number and bounds.last_number
    where not periods.is_adjusting
    union all
    select
        'base' as span_kind,
        plan_number,
        sequence_number
    from before
    where (select min(coalesce(sequence_number, 0)) from before) >= 1
),

spanned as (
    select
        compared.span_kind,
        periods.period_id,
        case $plan when 'year' then 0 else compared.plan_number end as sequence_number
    from compared
    join marts.dim_periods as periods
        on compared.sequence_number = periods.sequence_number
),

kinds as (
    select distinct span_kind from spanned
),

-- A plan of a unit is not that of one of its regions: it counts where nothing else is asked.
segment as (
    select
        coalesce($unit, $region, $industry, $type, $size, $owner) is not null as is_asked,
        case when coalesce($region, $industry, $type, $size, $owner) is null then $unit end
            as whole_unit_id,
        case when coalesce($region, $industry, $type, $size, $unit) is null then $owner end
            as whole_owner_id
),

members as (
    select
        customer_id,
        valid_from_on,
        valid_to_on
    from marts.dim_customers
    where ($unit is null or business_unit_id = $unit)
        and ($region is null or region = $region)
        and ($industry is null or industry = $industry)
        and ($type is null or customer_type = $type)
        and ($size is null or company_size = $size)
        and ($owner is null or owner_id = $owner)
),

plans as (
    select
        targets.target_kind,
        targets.target_version,
        targets.subject_kind,
        case
            when targets.target_kind = 'budget' then concat_ws(
                '/',
                targets.entity_id,
                coalesce(targets.business_unit_id, '-'),
                coalesce(targets.cost_centre_id, '-'),
                targets.account_id
            )
            when targets.subject_kind = 'customer' then targets.customer_id
            else targets.subject_id
        end as subject_id,
        targets.measure_name,
        coalesce(spanned.sequence_number, 0) as sequence_number,
        -- A budget has the sign of the ledger; here revenue is positive, as everywhere in profit.
        sum(
            case targets.target_kind
                when 'budget' then - targets.target_reporting_amount
                else targets.target_reporting_amount
            end
        ) as target_amount,
        count(*) filter (where targets.target_reporting_amount is null) as unpriced_count
    from marts.fct_targets as targets
    cross join named
    cross join segment
    left join spanned
        on targets.period_id = spanned.period_id
        and spanned.span_kind = 'actual'
    left join members
        on targets.customer_id = members.customer_id
        and (members.valid_from_on is null or members.valid_from_on <= targets.ends_on)
        and (members.valid_to_on is null or members.valid_to_on > targets.ends_on)
    where case $plan
            when 'year' then targets.period_kind = 'year'
                and targets.fiscal_year = named.fiscal_year
            else spanned.period_id is not null
        end
        and ($subject is null or targets.subject_kind = $subject)
        and ($entity is null or targets.entity_id is null or targets.entity_id = $entity)
        and (
            not segment.is_asked
            or members.customer_id is not null
            or (targets.subject_kind = 'unit' and targets.subject_id = segment.whole_unit_id)
            or (targets.subject_kind = 'owner' and targets.subject_id = segment.whole_owner_id)
        )
    group by 1, 2, 3, 4, 5, 6
),

profits as (
    select
        spanned.span_kind,
        spanned.sequence_number,
        profits.customer_id,
        profits.product_category,
        customers.business_unit_id,
        customers.owner_id,
        sum(profits.net_revenue_amount) as net_revenue_amount,
        sum(profits.gross_margin_amount) as gross_margin_amount,
        sum(profits.contribution_amount) as contribution_amount,
        sum(profits.profit_amount) as profit_amount
    from marts.fct_customer_profit as profits
    join spanned
        on profits.period_id = spanned.period_id
    left join marts.dim_customers as customers
        on profits.customer_id = customers.customer_id
        and profits.customer_version_number = customers.version_number
    where $entity is null or profits.entity_id = $entity
    group by 1, 2, 3, 4, 5, 6
),

-- The same amounts seen by each kind of subject. Units and owners are those of the customer then.
by_subject as (
    select
        'customer' as subject_kind,
        customer_id as subject_id,
        profits.*
    from profits
    union all
    select
        'category' as subject_kind,
        product_category as subject_id,
        profits.*
    from profits
    union all
    select
        'unit' as subject_kind,
        business_unit_id as subject_id,
        profits.*
    from profits
    union all
    select
        'owner' as subject_kind,
        owner_id as subject_id,
        profits.*
    from profits
),

measured as (
    select
        subject_kind,
        subject_id,
        span_kind,
        sequence_number,
        sum(net_revenue_amount) as net_revenue_amount,
        sum(gross_margin_amount) as gross_margin_amount,
        sum(contribution_amount) as contribution_amount,
        sum(profit_amount) as profit_amount
    from by_subject
    group by 1, 2, 3, 4
    union all
    select
        'product' as subject_kind,
        margins.product_id as subject_id,
        spanned.span_kind,
        spanned.sequence_number,
        sum(margins.net_reporting_amount) as net_revenue_amount,
        sum(margins.margin_reporting_amount) as gross_margin_amount,
        cast(null as decimal(38, 4)) as contribution_amount,
        cast(null as decimal(38, 4)) as profit_amount
    from marts.fct_invoice_margins as margins
    join spanned
        on margins.period_id = spanned.period_id
    where not margins.is_intercompany
        and ($entity is null or margins.entity_id = $entity)
    group by 1, 2, 3, 4
),

booked as (
    select
        concat_ws(
            '/',
            entries.entity_id,
            coalesce(entries.business_unit_id, '-'),
            coalesce(entries.cost_centre_id, '-'),
            entries.account_id
        ) as subject_id,
        spanned.span_kind,
        spanned.sequence_number,
        - sum(entries.net_reporting_amount) as booked_amount
    from marts.fct_ledger_entries as entries
    join spanned
        on entries.period_id = spanned.period_id
    where entries.is_posted
        and ($entity is null or entries.entity_id = $entity)
    group by 1, 2, 3
),

attained as (
    select
        kinds.span_kind,
        plans.target_kind,
        plans.target_version,
        plans.subject_kind,
        plans.subject_id,
        plans.measure_name,
        plans.target_amount,
        plans.unpriced_count,
        case
            when plans.measure_name = 'ledger_amount' then coalesce(booked.booked_amount, 0)
            when plans.subject_kind not in ('customer', 'category', 'unit', 'owner', 'product')
                then null
            when plans.measure_name = 'net_revenue' then coalesce(measured.net_revenue_amount, 0)
            when plans.measure_name = 'gross_margin' then coalesce(measured.gross_margin_amount, 0)
            when plans.subject_kind = 'product' then null
            when plans.measure_name = 'contribution' then coalesce(measured.contribution_amount, 0)
            when plans.measure_name = 'profit' then coalesce(measured.profit_amount, 0)
        end as actual_amount
    from plans
    cross join kinds
    left join measured
        on kinds.span_kind = measured.span_kind
        and plans.subject_kind = measured.subject_kind
        and plans.subject_id = measured.subject_id
        and plans.sequence_number = measured.sequence_number
    left join booked
        on plans.target_kind = 'budget'
        and kinds.span_kind = booked.span_kind
        and plans.subject_id = booked.subject_id
        and plans.sequence_number = booked.sequence_number
),

-- Ratios of totals are ratios of sums, and only of subjects that have a target. Revenue and cost of
-- a budget stand in one total, which is the planned result of what was planned.
summed as (
    select
        case when grouping(subject_id) = 1 then 'total' else 'subject' end as row_kind,
        target_kind,
        target_version,
        subject_kind,
        subject_id,
        measure_name,
        count(*) filter (where span_kind = 'actual') as plan_count,
        sum(target_amount) filter (where span_kind = 'actual') as target_amount,
        sum(actual_amount) filter (where span_kind = 'actual') as actual_amount,
        sum(actual_amount) filter (where span_kind = 'base') as base_actual_amount,
        sum(unpriced_count) filter (where span_kind = 'actual') as unpriced_count
    from attained
    group by grouping sets (
        (target_kind, target_version, subject_kind, measure_name, subject_id),
        (target_kind, target_version, subject_kind, measure_name)
    )
)

select
    summed.row_kind,
    summed.target_kind,
    summed.target_version,
    summed.subject_kind,
    summed.measure_name,
    summed.subject_id,
    summed.plan_count,
    cast(summed.target_amount as decimal(18, 4)) as target_amount,
    cast(summed.actual_amount as decimal(18, 4)) as actual_amount,
    cast(summed.actual_amount - summed.target_amount as decimal(18, 4)) as difference_amount,
    cast(
        round(
            cast(summed.actual_amount as decimal(38, 10)) / nullif(summed.target_amount, 0), 6
        ) as decimal(18, 6)
    ) as attainment_ratio,
    case
        when summed.target_amount is null then 'not priced'
        when summed.actual_amount is null then 'not measured'
        when summed.actual_amount >= summed.target_amount then 'reached'
        else 'missed'
    end as attainment_status,
    cast(summed.base_actual_amount as decimal(18, 4)) as base_actual_amount,
    cast(summed.actual_amount - summed.base_actual_amount as decimal(18, 4))
        as actual_change_amount,
    summed.unpriced_count
from summed
order by
    summed.target_kind desc,
    summed.target_version,
    summed.subject_kind,
    summed.measure_name,
    summed.row_kind = 'total',
    summed.subject_id
