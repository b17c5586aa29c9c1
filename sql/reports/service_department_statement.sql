/*---
description = """Does the service department only cost money? What it bills as work, contracts \
and parts, less discounts and cost of parts, against its cost in the ledger: work for customers, \
work for nobody known, and unused capacity, which is practical capacity less minutes used. Below \
stands the margin of goods sold to customers whom it served, in the span or in the days before \
it. Of a segment of customers stands what is theirs: work for nobody known, unused capacity and \
practical minutes are of no customer and are left out then."""
label       = { en = "Statement of the service department", "zh-CN" = "服务部门损益" }
grain       = ["currency_code", "line_number"]

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

[parameters.currency]
type = "choice"
default = "reporting"
allowed = ["reporting", "functional"]
description = """The currency of the group, or that of the books: then one statement a currency, \
in which goods of a warehouse in another one have no known cost. Not those of documents, for cost \
that is allocated has none."""

[parameters.entity]
type = "text"
optional = true
from = "marts.dim_entities.entity_id"
description = "Only this legal entity."

[parameters.unit]
type = "text"
optional = true
from = "marts.dim_business_units.business_unit_id"
description = "Only customers of this business unit."

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
description = "Only customers of this salesperson."

[parameters.retention_days]
type = "integer"
least = 0
default = 365
description = "Days before the span in which a customer counts as served."

[columns]
line_number = "Place of the line in the statement."
line_kind = "line, subtotal or quantity."
line_name = "Line of the statement."
currency_code = "ISO 4217 code of the row's amounts."
amount = "Amount of the span; revenue is positive, cost negative."
base_amount = "Amount of the span compared with; null where there is none."
quantity = """Minutes; of the cost of parts invoice lines, of the retained margin customers \
served, whoever's books the margin is in."""
base_quantity = "The same of the span compared with."

[labels.en]
line_number = "Line"
line_kind = "Kind of line"
line_name = "Item"
currency_code = "Currency"
amount = "Amount"
base_amount = "Amount before"
quantity = "Quantity"
base_quantity = "Quantity before"

[labels."zh-CN"]
line_number = "行号"
line_kind = "行类别"
line_name = "项目"
currency_code = "币种"
amount = "金额"
base_amount = "对比期金额"
quantity = "数量"
base_quantity = "对比期数量"

[values]
line_kind = ["line", "subtotal", "quantity"]
line_name = [
    "billed_service", "contracts", "parts", "service_discounts", "service_revenue", "cost_of_parts",
    "work_for_customers", "work_for_nobody", "unused_capacity", "service_cost", "service_result",
    "retained_margin", "result_with_retained_margin", "used_minutes", "travel_minutes",
    "practical_minutes",
]

[units]
amount = "currency_code"
base_amount = "currency_code"
---*/

with named as (
    select
        max(sequence_number) filter (where period_id = $period) as last_number,
        max(year_before_number) filter (where period_id = $period) as last_year_before,
        max(sequence_number) filter (where period_id = coalesce($from_period, $period))
            as first_number,
        max(year_before_number) filter (where period_id = coalesce($from_period, $period))
            as first_year_before
    from marts.dim_periods
),

-- The span before is as long as the one asked for; without periods to fill it there is no base.
bounds as (
    select
        'actual' as span_kind,
        first_number,
        last_number
    from named
    union all
    select
        'base' as span_kind,
        case $comparison
            when 'same_period_year_before' then first_year_before
            else 2 * first_number - last_number - 1
        end as first_number,
        case $comparison
            when 'same_period_year_before' then last_year_before
            else first_number - 1
        end as last_number
    from named
    where $comparison <> 'none'
),

spans as (
    select
        periods.period_id,
        bounds.span_kind
    from marts.dim_periods as periods
    join bounds
        on periods.sequence_number between bounds.first_number and bounds.last_number
    where bounds.first_number >= 1
),

-- Without a segment everything counts, also what is of no customer.
segment as (
    select coalesce($unit, $region, $industry, $type, $size, $owner) is not null as is_asked
),

money as (
    select currency_code
    from marts.dim_currencies
    where is_reporting
),

-- What is no amount belongs to the statement of its entity.
entities as (
    select
        entities.entity_id,
        case $currency
            when 'functional' then entities.functional_currency_code
            else money.currency_code
        end as currency_code
    from marts.dim_entities as entities
    cross join money
),

-- Customers as they were: each amount is that of the version which its row names.
members as (
    select
        customer_id,
        version_number,
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

lines_of_ledger as (
    select
        spans.span_kind,
        case
            when lines.profit_line = 'gross_revenue' and accounts.document_part = 'service'
                then 'billed_service'
            when lines.profit_line = 'gross_revenue' and accounts.document_part = 'contract'
                then 'contracts'
            when lines.profit_line = 'gross_revenue' and accounts.document_part = 'parts'
                then 'parts'
            when lines.profit_line = 'service' and lines.bucket = 'unused_capacity'
                then 'unused_capacity'
            when lines.profit_line = 'service' and lines.bucket = 'customer'
                then 'work_for_customers'
            when lines.profit_line = 'service' then 'work_for_nobody'
        end as line_name,
        case $currency
            when 'functional' then lines.functional_currency_code
            else lines.reporting_currency_code
        end as currency_code,
        case $currency
            when 'functional' then lines.functional_amount
            else lines.reporting_amount
        end as amount
    from marts.fct_profit_lines as lines
    join spans
        on lines.period_id = spans.period_id
    left join marts.dim_accounts as accounts
        on lines.account_id = accounts.account_id
    cross join segment
    left join members
        on lines.customer_id = members.customer_id
        and lines.customer_version_number = members.version_number
    where lines.bucket <> 'out_of_scope'
        and lines.profit_line in ('gross_revenue', 'service')
        and ($entity is null or lines.entity_id = $entity)
        and (not segment.is_asked or members.customer_id is not null)
),

discounts as (
    select
        spans.span_kind,
        case $currency
            when 'functional' then booked.functional_currency_code
            else booked.reporting_currency_code
        end as currency_code,
        - sum(
            case $currency
                when 'functional' then booked.discount_functional_amount
                else booked.discount_reporting_amount
            end
        ) as amount
    from marts.fct_invoice_lines as booked
    join spans
        on booked.period_id = spans.period_id
    cross join segment
    left join members
        on booked.customer_id = members.customer_id
        and booked.customer_version_number = members.version_number
    where booked.line_kind in ('service', 'contract', 'parts')
        and booked.is_revenue
        and not booked.is_intercompany
        and ($entity is null or booked.entity_id = $entity)
        and (not segment.is_asked or members.customer_id is not null)
    group by 1, 2
),

-- The cost of parts is known line by line of the invoice.
invoice_lines as (
    select
        spans.span_kind,
        margins.customer_id,
        margins.line_kind,
        case $currency
            when 'functional' then margins.functional_currency_code
            else margins.reporting_currency_code
        end as currency_code,
        case $currency
            when 'functional' then margins.cost_functional_amount
            else margins.cost_reporting_amount
        end as cost_amount,
        case $currency
            when 'functional' then margins.margin_functional_amount
            else margins.margin_reporting_amount
        end as margin_amount
    from marts.fct_invoice_margins as margins
    join spans
        on margins.period_id = spans.period_id
    cross join segment
    left join members
        on margins.customer_id = members.customer_id
        and margins.customer_version_number = members.version_number
    where not margins.is_intercompany
        and ($entity is null or margins.entity_id = $entity)
        and (not segment.is_asked or members.customer_id is not null)
),

span_days as (
    select
        spans.span_kind,
        min(periods.starts_on) as starts_on,
        max(periods.ends_on) as ends_on
    from spans
    join marts.dim_periods as periods
        on spans.period_id = periods.period_id
    group by 1
),

-- Whom the department served in the span or in the days before it, and whether the customer is of
-- the segment on the span's last day, by which customers are counted.
served as (
    select distinct
        span_days.span_kind,
        events.customer_id,
        not segment.is_asked or members.customer_id is not null as is_counted
    from marts.fct_case_events as events
    join span_days
        on events.happened_on <= span_days.ends_on
        and events.happened_on >= span_days.starts_on - $retention_days
    cross join segment
    left join members
        on events.customer_id = members.customer_id
        and (members.valid_from_on is null or members.valid_from_on <= span_days.ends_on)
        and (members.valid_to_on is null or members.valid_to_on > span_days.ends_on)
    where events.customer_id <> 'unassigned'
        and ($entity is null or events.entity_id = $entity)
),

minutes as (
    select
        spans.span_kind,
        entities.currency_code,
        sum(events.event_minutes) as used_minutes,
        sum(events.travel_minutes) as travel_minutes
    from marts.fct_case_events as events
    join spans
        on events.period_id = spans.period_id
    left join entities
        on events.entity_id = entities.entity_id
    cross join segment
    left join members
        on events.customer_id = members.customer_id
        and events.customer_version_number = members.version_number
    where ($entity is null or events.entity_id = $entity)
        and (not segment.is_asked or members.customer_id is not null)
    group by 1, 2
),

capacity as (
    select
        spans.span_kind,
        entities.currency_code,
        sum(capacities.practical_minutes) as practical_minutes
    from marts.fct_capacity as capacities
    join spans
        on capacities.period_id = spans.period_id
    left join entities
        on capacities.entity_id = entities.entity_id
    cross join segment
    where capacities.cost_function = 'service'
        and ($entity is null or capacities.entity_id = $entity)
        and not segment.is_asked
    group by 1, 2
),

sums as (
    select
        span_kind,
        currency_code,
        line_name,
        sum(amount) as amount,
        cast(null as bigint) as quantity
    from lines_of_ledger
    where line_name is not null
    group by 1, 2, 3
    union all
    select
        span_kind,
        currency_code,
        'service_discounts' as line_name,
        amount,
        null as quantity
    from discounts
    union all
    select
        span_kind,
        currency_code,
        'cost_of_parts' as line_name,
        sum(cost_amount) as amount,
        count(*) as quantity
    from invoice_lines
    where line_kind = 'parts'
    group by 1, 2
    union all
    select
        invoice_lines.span_kind,
        invoice_lines.currency_code,
        'retained_margin' as line_name,
        sum(invoice_lines.margin_amount) as amount,
        max(customers.customer_count) as quantity
    from invoice_lines
    join served
        on invoice_lines.span_kind = served.span_kind
        and invoice_lines.customer_id = served.customer_id
    join (
        select span_kind, count(*) filter (where is_counted) as customer_count
        from served
        group by 1
    ) as customers
        on invoice_lines.span_kind = customers.span_kind
    where invoice_lines.line_kind = 'goods'
    group by 1, 2
    union all
    select
        span_kind,
        currency_code,
        'used_minutes' as line_name,
        null as amount,
        used_minutes as quantity
    from minutes
    union all
    select
        span_kind,
        currency_code,
        'travel_minutes' as line_name,
        null as amount,
        travel_minutes as quantity
    from minutes
    union all
    select
        span_kind,
        currency_code,
        'practical_minutes' as line_name,
        null as amount,
        practical_minutes as quantity
    from capacity
),

-- One statement for each currency; that of the group is there without a row too.
statements as (
    select currency_code from money where $currency = 'reporting'
    union
    select currency_code from sums where currency_code is not null
),

lines (line_number, line_kind, line_name, first_number) as (
    values
        (10, 'line', 'billed_service', 10),
        (20, 'line', 'contracts', 20),
        (30, 'line', 'parts', 30),
        (40, 'line', 'service_discounts', 40),
        (50, 'subtotal', 'service_revenue', 10),
        (60, 'line', 'cost_of_parts', 60),
        (70, 'line', 'work_for_customers', 70),
        (80, 'line', 'work_for_nobody', 80),
        (90, 'line', 'unused_capacity', 90),
        (100, 'subtotal', 'service_cost', 60),
        (110, 'subtotal', 'service_result', 10),
        (120, 'line', 'retained_margin', 120),
        (130, 'subtotal', 'result_with_retained_margin', 10),
        (140, 'quantity', 'used_minutes', 140),
        (150, 'quantity', 'travel_minutes', 150),
        (160, 'quantity', 'practical_minutes', 160)
),

numbered as (
    select
        lines.line_number,
        sums.*
    from sums
    join lines
        on sums.line_name = lines.line_name
),

has_base as (
    select count(*) > 0 as is_compared from spans where span_kind = 'base'
)

-- A subtotal is the sum of the lines from its first one.
select
    lines.line_number,
    lines.line_kind,
    lines.line_name,
    statements.currency_code,
    case
        when lines.line_kind <> 'quantity'
            then coalesce(sum(numbered.amount) filter (where numbered.span_kind = 'actual'), 0)
    end as amount,
    cast(
        case
            when lines.line_kind <> 'quantity' and bool_or(has_base.is_compared)
                then coalesce(sum(numbered.amount) filter (where numbered.span_kind = 'base'), 0)
        end
        as decimal(18, 4)
    ) as base_amount,
    case
        when lines.line_kind <> 'subtotal'
            then sum(numbered.quantity) filter (where numbered.span_kind = 'actual')
    end as quantity,
    case
        when lines.line_kind <> 'subtotal'
            then sum(numbered.quantity) filter (where numbered.span_kind = 'base')
    end as base_quantity
from lines
cross join has_base
cross join statements
left join numbered
    on numbered.currency_code = statements.currency_code
    and (
        lines.line_number = numbered.line_number
        or (
            lines.line_kind = 'subtotal'
            and numbered.line_number between lines.first_number and lines.line_number
        )
    )
group by lines.line_number, lines.line_kind, lines.line_name, statements.currency_code
order by statements.currency_code, lines.line_number
