/*---
description = """How did cost come to customers? Each pool with what came in from the ledger and \
from other pools, what it gave and what was spread by which rule, why, by which driver and at \
which rate; the balance of a pool is zero. In detail every account, customer and category that \
took part."""
label       = { en = "Trace of allocations", "zh-CN" = "成本分摊追踪" }
grain       = [
    "period_id",
    "entity_id",
    "currency_code",
    "pool_name",
    "row_kind",
    "movement_kind",
    "rule_id",
    "counter_pool_name",
    "account_id",
    "customer_id",
    "product_category",
    "profit_line",
    "attribution_reason",
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

[parameters.entity]
type = "text"
optional = true
from = "marts.dim_entities.entity_id"
description = "Only this legal entity."

[parameters.pool]
type = "text"
optional = true
from = "marts.fct_allocations.pool_name"
description = "Only this pool."

[parameters.customer]
type = "text"
optional = true
from = "marts.dim_customers.customer_id"
description = "Only this customer."

[parameters.currency]
type = "choice"
default = "reporting"
allowed = ["reporting", "functional"]
description = """The currency of the group, or that of the books: then one block of rows a \
currency. Not those of documents, for cost that is allocated has none."""

[parameters.detail]
type = "choice"
default = "rules"
allowed = ["rules", "receivers"]
description = "One row a rule, or every account, customer and category."

[columns]
row_kind = "movement or balance."
period_id = "Accounting period."
entity_id = "Legal entity."
pool_name = "Pool of cost."
movement_kind = "input, received, given or spread; the four sum to 0 in every pool."
rule_id = "Rule by which the pool is spread."
rule_reason = "Why it is spread this way, in the words of whoever decided, as they stand now."
counter_pool_name = "Pool that received or gave."
account_id = "Account of the ledger."
customer_id = "Customer who takes part, or unassigned or unused_capacity."
product_category = "Category of products."
profit_line = "Line of the profit statement."
attribution_reason = "Rule that spreads, or no_driver where nothing drives the cost."
driver_name = "By what the rule spreads."
driver_quantity = "How much of the driver is the receiver's."
driver_total_quantity = "How much of the driver there is in all."
practical_quantity = """Practical capacity in its unit; null where the rule has none or nobody \
knows it."""
used_quantity = "What customers used of it."
unused_quantity = "What nobody used of it."
capacity_unit = "What capacity is counted in."
is_overused = "Whether more was used than practical capacity has."
unit_cost_rate = "Cost of a unit of capacity or driver in the entity's currency."
currency_code = "ISO 4217 code of the row's amounts."
amount = "Input and received cost is negative, given and spread cost positive."

[labels.en]
row_kind = "Kind of row"
period_id = "Period"
entity_id = "Entity"
pool_name = "Pool"
movement_kind = "Movement"
rule_id = "Rule"
rule_reason = "Reason of the rule"
counter_pool_name = "Other pool"
account_id = "Account"
customer_id = "Customer"
product_category = "Category"
profit_line = "Line"
attribution_reason = "Reason"
driver_name = "Driver"
driver_quantity = "Quantity of the driver"
driver_total_quantity = "Whole driver"
practical_quantity = "Capacity"
used_quantity = "Used"
unused_quantity = "Unused"
capacity_unit = "Unit of capacity"
is_overused = "Over capacity"
unit_cost_rate = "Rate"
currency_code = "Currency"
amount = "Amount"

[labels."zh-CN"]
row_kind = "行类型"
period_id = "期间"
entity_id = "法人实体"
pool_name = "成本池"
movement_kind = "变动"
rule_id = "规则"
rule_reason = "规则理由"
counter_pool_name = "对方成本池"
account_id = "科目"
customer_id = "客户编号"
product_category = "产品类别"
profit_line = "损益项目"
attribution_reason = "原因"
driver_name = "动因"
driver_quantity = "动因数量"
driver_total_quantity = "动因总量"
practical_quantity = "可用产能"
used_quantity = "已用产能"
unused_quantity = "闲置产能"
capacity_unit = "产能单位"
is_overused = "超负荷"
unit_cost_rate = "费率"
currency_code = "币种"
amount = "金额"

[values]
row_kind = ["movement", "balance"]

[units]
amount = "currency_code"
---*/

with named as (
    select
        max(sequence_number) filter (where period_id = coalesce($from_period, $period))
            as first_number,
        max(sequence_number) filter (where period_id = $period) as last_number
    from marts.dim_periods
),

spanned as (
    select periods.period_id
    from marts.dim_periods as periods
    join named
        on periods.sequence_number between named.first_number and named.last_number
),

movements as (
    select
        trail.period_id,
        trail.entity_id,
        trail.pool_name,
        trail.movement_kind,
        trail.rule_id,
        rules.rule_reason,
        trail.counter_pool_name,
        case when $detail = 'receivers' then trail.account_id end as account_id,
        case when $detail = 'receivers' then trail.customer_id end as customer_id,
        case when $detail = 'receivers' then trail.product_category end as product_category,
        trail.profit_line,
        trail.attribution_reason,
        trail.driver_name,
        case when $detail = 'receivers' then trail.driver_quantity end as driver_quantity,
        trail.driver_total_quantity,
        trail.practical_quantity,
        trail.used_quantity,
        trail.unused_quantity,
        trail.capacity_unit,
        trail.is_overused,
        trail.unit_cost_rate,
        case $currency
            when 'functional' then trail.functional_currency_code
            else trail.reporting_currency_code
        end as currency_code,
        case $currency
            when 'functional' then trail.functional_amount
            else trail.reporting_amount
        end as amount
    from marts.fct_allocations as trail
    join spanned
        on trail.period_id = spanned.period_id
    -- What is booked late was spread by the rule of the period that it is meant for.
    left join marts.dim_allocation_rules as rules
        on trail.source_period_id = rules.period_id
        and trail.rule_id = rules.rule_id
    where ($entity is null or trail.entity_id = $entity)
        and ($pool is null or trail.pool_name = $pool)
        and (
            $customer is null
            or trail.movement_kind <> 'spread'
            or trail.customer_id = $customer
        )
),

-- Quantities are the same on every account and line of a rule, and are never summed.
listed as (
    select
        'movement' as row_kind,
        period_id,
        entity_id,
        pool_name,
        movement_kind,
        rule_id,
        max(rule_reason) as rule_reason,
        counter_pool_name,
        account_id,
        customer_id,
        product_category,
        profit_line,
        attribution_reason,
        max(driver_name) as driver_name,
        max(driver_quantity) as driver_quantity,
        max(driver_total_quantity) as driver_total_quantity,
        max(practical_quantity) as practical_quantity,
        max(used_quantity) as used_quantity,
        max(unused_quantity) as unused_quantity,
        max(capacity_unit) as capacity_unit,
        bool_or(is_overused) as is_overused,
        max(unit_cost_rate) as unit_cost_rate,
        currency_code,
        sum(amount) as amount
    from movements
    group by
        period_id,
        entity_id,
        pool_name,
        movement_kind,
        rule_id,
        counter_pool_name,
        account_id,
        customer_id,
        product_category,
        profit_line,
        attribution_reason,
        currency_code
    union all
    -- Nothing is left in a pool; with one customer only, what the others bear is.
    select
        'balance' as row_kind,
        period_id,
        entity_id,
        pool_name,
        null as movement_kind,
        null as rule_id,
        null as rule_reason,
        null as counter_pool_name,
        null as account_id,
        null as customer_id,
        null as product_category,
        null as profit_line,
        null as attribution_reason,
        null as driver_name,
        null as driver_quantity,
        null as driver_total_quantity,
        null as practical_quantity,
        null as used_quantity,
        null as unused_quantity,
        null as capacity_unit,
        null as is_overused,
        null as unit_cost_rate,
        currency_code,
        sum(amount) as amount
    from movements
    group by period_id, entity_id, pool_name, currency_code
)

select listed.*
from listed
left join marts.dim_periods as periods
    on listed.period_id = periods.period_id
order by
    periods.ends_on,
    periods.period_number,
    listed.entity_id,
    listed.currency_code,
    listed.pool_name,
    case listed.movement_kind
        when 'input' then 1
        when 'received' then 2
        when 'given' then 3
        when 'spread' then 4
        else 5
    end,
    listed.rule_id,
    listed.counter_pool_name,
    listed.account_id,
    listed.customer_id,
    listed.product_category,
    listed.profit_line
