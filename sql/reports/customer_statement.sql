/*---
description = """What does one customer earn, from revenue down to profit? Each line may open to \
the documents, entries and rules behind it; what none of them explains is a row of its own, so \
that rows add up to their line. Subtotals are sums of all lines above."""
label       = { en = "Statement of a customer", "zh-CN" = "客户损益表" }
grain       = ["currency_code", "line_number", "line_kind", "detail_id", "detail_name"]

[parameters.customer]
type = "text"
from = "marts.dim_customers.customer_id"
description = "Whose statement it is."

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

[parameters.entity]
type = "text"
optional = true
from = "marts.dim_entities.entity_id"
description = "Only this legal entity."

[parameters.currency]
type = "choice"
default = "reporting"
allowed = ["reporting", "functional"]
description = """The currency of the group, or that of the books: then one block of rows a \
currency. Not those of documents, for cost that is allocated has none."""

[parameters.detail]
type = "choice"
default = "lines"
allowed = ["lines", "documents"]
description = "Lines only, or the documents behind each too."

[columns]
line_number = "Place of the line in the statement."
line_kind = "line, subtotal; below a line document, entry, allocation, imputed and remainder."
line_name = "Line of the statement."
detail_id = "Number of the document, entry or rule behind the line."
detail_name = "Part of the document, text of the entry or pool of the rule."
currency_code = "ISO 4217 code of the row's amounts."
amount = "Amount of the span; revenue is positive, cost negative."
net_revenue_ratio = "Amount over net revenue."
base_amount = "Amount of the span compared with; null where there is none, and for details."
change_amount = "Amount less that of the span compared with."

[labels.en]
line_number = "Line"
line_kind = "Kind of line"
line_name = "Item"
detail_id = "Document or rule"
detail_name = "Detail"
currency_code = "Currency"
amount = "Amount"
net_revenue_ratio = "Share of net revenue"
base_amount = "Amount before"
change_amount = "Change"

[labels."zh-CN"]
line_number = "行号"
line_kind = "行类别"
line_name = "项目"
detail_id = "单据或规则"
detail_name = "明细"
currency_code = "币种"
amount = "金额"
net_revenue_ratio = "占净收入比"
base_amount = "对比期金额"
change_amount = "变动"

[values]
line_kind = ["line", "subtotal", "document", "entry", "allocation", "imputed", "remainder"]
line_name = [
    "gross_revenue", "discounts", "returns", "net_revenue", "cost_of_goods", "gross_margin",
    "selling", "marketing", "service", "delivery", "stock_holding", "contribution", "overhead",
    "unmapped", "profit", "imputed_cost", "economic_profit",
]

[units]
amount = "currency_code"
net_revenue_ratio = "ratio"
base_amount = "currency_code"
change_amount = "currency_code"
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

-- Imputed cost stands below the ledger's.
amounts as (
    select
        lines.period_id,
        lines.entity_id,
        lines.account_id,
        lines.profit_line,
        lines.attribution_kind,
        lines.attribution_reason,
        lines.functional_currency_code,
        lines.reporting_currency_code,
        lines.functional_amount,
        lines.reporting_amount
    from marts.fct_profit_lines as lines
    where lines.customer_id = $customer and lines.bucket <> 'out_of_scope'
    union all
    select
        imputed.period_id,
        imputed.entity_id,
        cast(null as text) as account_id,
        'imputed_cost' as profit_line,
        'imputed' as attribution_kind,
        imputed.imputed_kind as attribution_reason,
        imputed.functional_currency_code,
        imputed.reporting_currency_code,
        imputed.functional_amount,
        imputed.reporting_amount
    from marts.fct_imputed_costs as imputed
    where imputed.customer_id = $customer
),

chosen as (
    select
        spans.span_kind,
        amounts.profit_line,
        amounts.attribution_kind,
        amounts.attribution_reason,
        case $currency
            when 'functional' then amounts.functional_currency_code
            else amounts.reporting_currency_code
        end as currency_code,
        case $currency
            when 'functional' then amounts.functional_amount
            else amounts.reporting_amount
        end as amount
    from amounts
    join spans
        on amounts.period_id = spans.period_id
    where $entity is null or amounts.entity_id = $entity
),

sums as (
    select
        profit_line,
        currency_code,
        sum(amount) filter (where span_kind = 'actual') as amount,
        sum(amount) filter (where span_kind = 'base') as base_amount
    from chosen
    group by 1, 2
),

lines (line_number, line_kind, line_name) as (
    values
        (10, 'line', 'gross_revenue'),
        (20, 'line', 'discounts'),
        (30, 'line', 'returns'),
        (40, 'subtotal', 'net_revenue'),
        (50, 'line', 'cost_of_goods'),
        (60, 'subtotal', 'gross_margin'),
        (70, 'line', 'selling'),
        (80, 'line', 'marketing'),
        (90, 'line', 'service'),
        (100, 'line', 'delivery'),
        (110, 'line', 'stock_holding'),
        (120, 'subtotal', 'contribution'),
        (130, 'line', 'overhead'),
        (140, 'line', 'unmapped'),
        (150, 'subtotal', 'profit'),
        (160, 'line', 'imputed_cost'),
        (170, 'subtotal', 'economic_profit')
),

has_base as (
    select count(*) > 0 as is_compared from spans where span_kind = 'base'
),

-- A subtotal is the sum of all lines above it.
stated as (
    select
        lines.line_number,
        lines.line_kind,
        lines.line_name,
        currencies.currency_code,
        coalesce(sum(sums.amount), 0) as amount,
        case when bool_or(has_base.is_compared) then coalesce(sum(sums.base_amount), 0) end
            as base_amount
    from lines
    cross join (select distinct currency_code from sums) as currencies
    cross join has_base
    left join (
        select
            lines.line_number as summed_number,
            sums.*
        from sums
        join lines
            on sums.profit_line = lines.line_name
    ) as sums
        on (currencies.currency_code is not distinct from sums.currency_code)
        and (
            lines.line_number = sums.summed_number
            or (lines.line_kind = 'subtotal' and sums.summed_number < lines.line_number)
        )
    group by 1, 2, 3, 4
),

-- The documents behind what documents brought: what the ledger booked where both agree, the
-- document's own amount where they do not.
documents as (
    select
        accounts.profit_line,
        'document' as line_kind,
        items.document_id as detail_id,
        items.document_part as detail_name,
        case $currency
            when 'functional' then entities.functional_currency_code
            else currencies.currency_code
        end as currency_code,
        case
            when items.difference_class in ('amount_mismatch', 'duplicate', 'wrong_sign')
                then case $currency
                    when 'functional' then items.document_functional_amount
                    else items.document_reporting_amount
                end
            when $currency = 'functional' then items.ledger_functional_amount
            else items.ledger_reporting_amount
        end as amount
    from marts.fct_reconciliation_items as items
    join spans
        on items.period_id = spans.period_id
        and spans.span_kind = 'actual'
    join marts.dim_accounts as accounts
        on items.account_id = accounts.account_id
    join marts.dim_entities as entities
        on items.entity_id = entities.entity_id
    cross join (
        select currency_code from marts.dim_currencies where is_reporting
    ) as currencies
    where $detail = 'documents'
        and items.customer_id = $customer
        and items.subledger in ('invoices', 'stock')
        and ($entity is null or items.entity_id = $entity)
),

-- Entries that name the customer themselves, and no document of invoices or stock.
entries as (
    select
        entries.profit_line,
        'entry' as line_kind,
        entries.entry_id as detail_id,
        entries.posting_text as detail_name,
        case $currency
            when 'functional' then entries.functional_currency_code
            else entries.reporting_currency_code
        end as currency_code,
        - cast(
            case $currency
                when 'functional' then entries.net_functional_amount
                else entries.net_reporting_amount
            end as decimal(18, 4)
        ) as amount
    from marts.fct_ledger_entries as entries
    join spans
        on entries.period_id = spans.period_id
        and spans.span_kind = 'actual'
    where $detail = 'documents'
        and entries.customer_id = $customer
        and entries.is_posted
        and not entries.is_intercompany
        and entries.account_scope = 'in'
        and entries.account_kind not in ('asset', 'liability', 'equity')
        and (entries.document_part is null or entries.is_manual)
        and ($entity is null or entries.entity_id = $entity)
),

-- What allocation rules and imputing brought, one row a rule.
shares as (
    select
        chosen.profit_line,
        case chosen.attribution_kind when 'allocation' then 'allocation' else 'imputed' end
            as line_kind,
        chosen.attribution_reason as detail_id,
        pools.pool_name as detail_name,
        chosen.currency_code,
        sum(chosen.amount) as amount
    from chosen
    left join (
        select
            rule_id,
            max(pool_name) as pool_name
        from marts.fct_allocations
        where movement_kind = 'spread'
        group by 1
    ) as pools
        on chosen.attribution_reason = pools.rule_id
    where $detail = 'documents'
        and chosen.span_kind = 'actual'
        and chosen.attribution_kind in ('allocation', 'imputed')
    group by 1, 2, 3, 4, 5
),

details as (
    select
        profit_line,
        line_kind,
        detail_id,
        detail_name,
        currency_code,
        sum(amount) as amount
    from (
        select * from documents
        union all
        select * from entries
        union all
        select * from shares
    )
    where amount <> 0
    group by 1, 2, 3, 4, 5
),

-- What no document, entry or rule explains keeps a row of its own, so that rows add up.
remainders as (
    select
        stated.line_name as profit_line,
        'remainder' as line_kind,
        cast(null as text) as detail_id,
        cast(null as text) as detail_name,
        stated.currency_code,
        max(stated.amount) - coalesce(sum(details.amount), 0) as amount
    from stated
    left join details
        on stated.line_name = details.profit_line
        and (stated.currency_code is not distinct from details.currency_code)
    where stated.line_kind = 'line' and $detail = 'documents'
    group by 1, 2, 3, 4, 5
    having max(stated.amount) <> coalesce(sum(details.amount), 0)
),

detailed as (
    select
        lines.line_number,
        rows.line_kind,
        lines.line_name,
        rows.detail_id,
        rows.detail_name,
        rows.currency_code,
        rows.amount,
        cast(null as decimal(38, 4)) as base_amount
    from (
        select * from details
        union all
        select * from remainders
    ) as rows
    join lines
        on rows.profit_line = lines.line_name
    union all
    select
        line_number,
        line_kind,
        line_name,
        cast(null as text) as detail_id,
        cast(null as text) as detail_name,
        currency_code,
        amount,
        base_amount
    from stated
)

select
    detailed.line_number,
    detailed.line_kind,
    detailed.line_name,
    detailed.detail_id,
    detailed.detail_name,
    detailed.currency_code,
    detailed.amount,
    cast(
        round(
            cast(detailed.amount as decimal(38, 10)) / nullif(revenues.amount, 0), 6
        ) as decimal(18, 6)
    ) as net_revenue_ratio,
    cast(detailed.base_amount as decimal(18, 4)) as base_amount,
    cast(detailed.amount - detailed.base_amount as decimal(18, 4)) as change_amount
from detailed
left join stated as revenues
    on revenues.line_name = 'net_revenue'
    and (detailed.currency_code is not distinct from revenues.currency_code)
-- Ordered by the currency itself, the planner would take the lines for ordered already.
order by
    coalesce(detailed.currency_code, ''),
    detailed.line_number,
    detailed.line_kind in ('line', 'subtotal') desc,
    detailed.line_kind,
    detailed.detail_id
