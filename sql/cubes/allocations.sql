/*---
description = """How pools of cost are filled from the ledger, handed on and spread over \
customers, in the reporting currency; every pool sums to zero."""
label = { en = "Allocations", "zh-CN" = "分摊" }
grain = [
    "source_period_id", "entity_id", "pool_name", "account_id", "rule_id", "movement_kind",
    "counter_pool_name", "customer_id", "product_category", "booking_number",
]
time = "ends_on"
views = ["company"]

[dimensions.ends_on]
description = "Last day of the period in which the movement is booked."
shared = "date"
fiscal = { period = "period_id", quarter = "fiscal_quarter", year = "fiscal_year" }

[dimensions.period_id]
shared = "period_id"

[dimensions.fiscal_quarter]
shared = "fiscal_quarter"

[dimensions.fiscal_year]
shared = "fiscal_year"

[dimensions.entity_id]
shared = "entity_id"

[dimensions.customer_id]
shared = "customer_id"

[dimensions.product_category]
description = "Category of the product; 'unassigned' where nothing is spread by products."
column = "shown_category"
shared = "product_category"

[dimensions.pool_name]
label = { en = "Pool", "zh-CN" = "成本池" }
description = "Pool of cost."

[dimensions.counter_pool_name]
label = { en = "Other pool", "zh-CN" = "对方成本池" }
description = "Pool that received or gave; empty for input and what is spread."

[dimensions.movement_kind]
label = { en = "Movement", "zh-CN" = "分摊动作" }
description = "Input from the ledger, received, given or spread."

[dimensions.account_id]
label = { en = "Account", "zh-CN" = "科目" }
description = "Account on which the cost was booked."

[dimensions.rule_id]
label = { en = "Rule", "zh-CN" = "分摊规则" }
description = "Rule that moves the amount; empty for input."

[dimensions.driver_name]
label = { en = "Driver", "zh-CN" = "动因" }
description = "Quantity by which it is spread or given; null where none drives."

[dimensions.profit_line]
label = { en = "Line of profit", "zh-CN" = "利润行" }
description = "Line of customer profit in which it is shown."

[hierarchies.pools]
label = { en = "Pools", "zh-CN" = "成本池" }
levels = ["pool_name", "rule_id", "customer_id"]

[segments.spread]
label = { en = "What is spread", "zh-CN" = "已分摊" }
description = "Movements that spread cost."
column = "is_spread"

[measures.pool_input_amount]
label = { en = "Into pools", "zh-CN" = "成本池归集额" }
description = "Cost that the ledger brings into pools, positive."
unit = "reporting_currency"
additivity = "additive"
column = "input_amount"
over_time = ["previous_period", "year_before", "fiscal_year_to_date"]

[measures.pool_received_amount]
label = { en = "Received from pools", "zh-CN" = "成本池转入额" }
description = "Cost received from pools of an earlier step, positive."
unit = "reporting_currency"
additivity = "additive"
column = "received_amount"

[measures.pool_given_amount]
label = { en = "Given to pools", "zh-CN" = "成本池转出额" }
description = "Cost given to pools of a later step."
unit = "reporting_currency"
additivity = "additive"
column = "given_amount"

[measures.pool_spread_amount]
label = { en = "Spread", "zh-CN" = "分摊额" }
description = "Cost spread over customers, unused capacity and what stays unassigned."
unit = "reporting_currency"
additivity = "additive"
column = "spread_amount"
over_time = ["previous_period", "year_before", "fiscal_year_to_date"]

[measures.pool_assigned_amount]
label = { en = "Spread over customers", "zh-CN" = "分摊至客户额" }
description = "Of what is spread, that which customers bear."
unit = "reporting_currency"
additivity = "additive"
column = "assigned_amount"

[measures.pool_assigned_ratio]
label = { en = "Share over customers", "zh-CN" = "分摊至客户占比" }
description = "Spread over customers over all that is spread."
unit = "ratio"
additivity = "ratio"
numerator = "pool_assigned_amount"
denominator = "pool_spread_amount"

[measures.pool_balance_amount]
label = { en = "Left in pools", "zh-CN" = "成本池余额" }
description = "What comes in less what is given and spread; zero in every pool."
unit = "reporting_currency"
additivity = "additive"
column = "balance_amount"

[measures.pool_entry_count]
label = { en = "Entries", "zh-CN" = "分录数" }
description = "Entries of the ledger behind the input."
additivity = "additive"
column = "entry_count"

[measures.pool_count]
label = { en = "Pools", "zh-CN" = "成本池数" }
description = "How many different pools there are."
additivity = "distinct"
column = "pool_name"

[measures.unpriced_allocation_count]
label = { en = "Movements without a rate", "zh-CN" = "缺汇率分摊数" }
description = "Movements that no sum holds, because the reporting currency has no rate."
additivity = "additive"
column = "unpriced_count"
---*/

select
    shares.period_id,
    shares.source_period_id,
    shares.booking_number,
    periods.fiscal_quarter,
    shares.entity_id,
    shares.pool_name,
    shares.counter_pool_name,
    shares.movement_kind,
    shares.account_id,
    shares.rule_id,
    shares.driver_name,
    shares.profit_line,
    shares.customer_id,
    shares.product_category,
    coalesce(nullif(shares.product_category, ''), 'unassigned') as shown_category,
    periods.fiscal_year,
    case when shares.movement_kind = 'input' then -shares.reporting_amount end as input_amount,
    case when shares.movement_kind = 'received' then -shares.reporting_amount end
        as received_amount,
    case when shares.movement_kind = 'given' then shares.reporting_amount end as given_amount,
    case when shares.movement_kind = 'spread' then shares.reporting_amount end as spread_amount,
    case
        when shares.movement_kind = 'spread'
            and shares.customer_id not in ('unassigned', 'unused_capacity')
            then shares.reporting_amount
    end as assigned_amount,
    -shares.reporting_amount as balance_amount,
    shares.entry_count,
    case when shares.reporting_amount is null then 1 else 0 end as unpriced_count,
    shares.movement_kind = 'spread' as is_spread,
    shares.ends_on
from marts.fct_allocations as shares
left join marts.dim_periods as periods
    on periods.period_id = shares.period_id
