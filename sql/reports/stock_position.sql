/*---
description = """What lies in the warehouses? Of each warehouse and product the last count on or \
before the day, as long as it is not too old to be believed; levels are never summed over days, \
so totals are closing balances. What was not issued for long is slow."""
label       = { en = "Stock on hand", "zh-CN" = "库存状况" }
grain       = ["currency_code", "row_kind", "group_id"]

[parameters.period]
type = "period"
default = "newest_period"
description = """Last period of the span; adjusting periods stand with the regular one that holds \
them."""

[parameters.as_of]
type = "date"
optional = true
description = "Day of the position; left out, the last day of the period."

[parameters.group_by]
type = "choice"
default = "position"
allowed = ["position", "warehouse", "product", "category", "entity"]
description = "What one row is about; a position is a product in a warehouse."

[parameters.max_age]
type = "integer"
least = 0
default = 120
description = "Days for which a count is believed."

[parameters.slow_days]
type = "integer"
least = 0
default = 180
description = "Days without an issue from which stock is slow."

[parameters.entity]
type = "text"
optional = true
from = "marts.dim_entities.entity_id"
description = "Only this legal entity."

[parameters.warehouse]
type = "text"
optional = true
from = "marts.dim_warehouses.warehouse_id"
description = "Only this warehouse."

[parameters.category]
type = "text"
optional = true
from = "marts.dim_products.product_category"
description = "Only this category of products."

[parameters.currency]
type = "choice"
default = "reporting"
allowed = ["reporting", "functional"]
description = "The currency of the group, or that of the books: then one block of rows a currency."

[columns]
row_kind = "group or total, the closing balance."
group_id = "What the row is about, by the parameter `group_by`."
currency_code = "ISO 4217 code of the row's amounts."
position_count = "Products in a warehouse, or reservations of them."
on_hand_quantity = "Pieces; null where the row holds more than one product."
reserved_quantity = "Pieces kept for customers; null where the row holds more than one product."
pallet_count = "Pallet places kept for customers."
stock_value_amount = "Value of the last count."
reserved_value_amount = "Value of what is kept for customers."
slow_value_amount = "Value of what was not issued for longer than `slow_days`."
slow_ratio = "Slow value over value on hand."
oldest_counted_on = "The oldest of the counts in the row."
last_issued_on = "The last day on which something left for a customer."
unpriced_count = """Entries, plans or positions without a rate to the reporting currency: \
counted, never taken as 0."""

[labels.en]
row_kind = "Kind of row"
group_id = "Group"
currency_code = "Currency"
position_count = "Positions"
on_hand_quantity = "On hand"
reserved_quantity = "Reserved"
pallet_count = "Pallets"
stock_value_amount = "Value on hand"
reserved_value_amount = "Value reserved"
slow_value_amount = "Slow value"
slow_ratio = "Slow share"
oldest_counted_on = "Oldest count"
last_issued_on = "Last issue"
unpriced_count = "Without rate"

[labels."zh-CN"]
row_kind = "行类型"
group_id = "组"
currency_code = "币种"
position_count = "库存项数"
on_hand_quantity = "在库数量"
reserved_quantity = "预留数量"
pallet_count = "托盘数"
stock_value_amount = "库存金额"
reserved_value_amount = "预留金额"
slow_value_amount = "呆滞金额"
slow_ratio = "呆滞占比"
oldest_counted_on = "最早盘点日"
last_issued_on = "最近出库日"
unpriced_count = "缺汇率笔数"

[values]
row_kind = ["group", "total"]

[units]
stock_value_amount = "currency_code"
reserved_value_amount = "currency_code"
slow_value_amount = "currency_code"
slow_ratio = "ratio"
---*/

with asked as (
    select coalesce($as_of, max(ends_on)) as as_of
    from marts.dim_periods
    where period_id = $period
),

-- Levels are never summed over days: of each warehouse, product and customer the last count holds,
-- until it is too old to be believed.
counts as (
    select
        levels.warehouse_id,
        levels.product_id,
        max(levels.counted_on) as counted_on
    from marts.fct_stock_levels as levels
    cross join asked
    where levels.level_kind = 'on_hand' and levels.counted_on <= asked.as_of
    group by 1, 2
),

reservation_counts as (
    select
        levels.warehouse_id,
        max(levels.counted_on) as counted_on
    from marts.fct_stock_levels as levels
    cross join asked
    where levels.counted_on <= asked.as_of
    group by 1
),

held as (
    select
        levels.warehouse_id,
        levels.product_id,
        levels.entity_id,
        levels.counted_on,
        levels.on_hand_quantity,
        levels.on_hand_value_functional_amount,
        levels.on_hand_value_reporting_amount,
        levels.functional_currency_code,
        levels.reporting_currency_code
    from marts.fct_stock_levels as levels
    join counts
        on levels.warehouse_id = counts.warehouse_id
        and levels.product_id = counts.product_id
        and levels.counted_on = counts.counted_on
    cross join asked
    where levels.level_kind = 'on_hand'
        and levels.counted_on >= asked.as_of - $max_age
),

-- A reservation that the warehouse's last list no longer holds is gone.
reserved as (
    select
        levels.warehouse_id,
        levels.product_id,
        sum(levels.reserved_quantity) as reserved_quantity,
        sum(levels.pallet_count) as pallet_count,
        sum(levels.reserved_value_functional_amount) as reserved_value_functional_amount,
        sum(levels.reserved_value_reporting_amount) as reserved_value_reporting_amount
    from marts.fct_stock_levels as levels
    join reservation_counts
        on levels.warehouse_id = reservation_counts.warehouse_id
        and levels.counted_on = reservation_counts.counted_on
    cross join asked
    where levels.level_kind = 'reserved'
        and levels.counted_on >= asked.as_of - $max_age
    group by 1, 2
),

issues as (
    select
        moves.warehouse_id,
        moves.product_id,
        max(moves.moved_on) as last_issued_on
    from marts.fct_stock_moves as moves
    cross join asked
    where moves.move_kind = 'issue' and moves.moved_on <= asked.as_of
    group by 1, 2
),

positions as (
    select
        held.warehouse_id,
        held.product_id,
        held.entity_id,
        products.product_category,
        held.counted_on,
        held.on_hand_quantity,
        coalesce(reserved.reserved_quantity, 0) as reserved_quantity,
        coalesce(reserved.pallet_count, 0) as pallet_count,
        case $currency
            when 'functional' then held.functional_currency_code
            else held.reporting_currency_code
        end as currency_code,
        case $currency
            when 'functional' then held.on_hand_value_functional_amount
            else held.on_hand_value_reporting_amount
        end as stock_value_amount,
        coalesce(
            case $currency
                when 'functional' then reserved.reserved_value_functional_amount
                else reserved.reserved_value_reporting_amount
            end,
            0
        ) as reserved_value_amount,
        issues.last_issued_on,
        held.on_hand_quantity > 0
            and (issues.last_issued_on is null
                or issues.last_issued_on < asked.as_of - $slow_days) as is_slow
    from held
    cross join asked
    left join reserved
        on held.warehouse_id = reserved.warehouse_id
        and held.product_id = reserved.product_id
    left join issues
        on held.warehouse_id = issues.warehouse_id
        and held.product_id = issues.product_id
    left join marts.dim_products as products
        on held.product_id = products.product_id
    where ($entity is null or held.entity_id = $entity)
        and ($warehouse is null or held.warehouse_id = $warehouse)
        and ($category is null or products.product_category = $category)
),

grouped as (
    select
        positions.*,
        case $group_by
            when 'warehouse' then warehouse_id
            when 'category' then coalesce(product_category, 'unknown')
            when 'entity' then entity_id
            when 'product' then product_id
            else concat(warehouse_id, '/', product_id)
        end as group_id
    from positions
),

summed as (
    select
        case when grouping(group_id) = 1 then 'total' else 'group' end as row_kind,
        case when grouping(group_id) = 1 then 'closing balance' else group_id end as group_id,
        currency_code,
        count(*) as position_count,
        -- Pieces of different products are not added up.
        case when min(product_id) = max(product_id) then sum(on_hand_quantity) end
            as on_hand_quantity,
        case when min(product_id) = max(product_id) then sum(reserved_quantity) end
            as reserved_quantity,
        sum(pallet_count) as pallet_count,
        sum(stock_value_amount) as stock_value_amount,
        sum(reserved_value_amount) as reserved_value_amount,
        coalesce(sum(stock_value_amount) filter (where is_slow), 0) as slow_value_amount,
        min(counted_on) as oldest_counted_on,
        max(last_issued_on) as last_issued_on,
        count(*) filter (where stock_value_amount is null) as unpriced_count
    from grouped
    group by grouping sets ((group_id, currency_code), (currency_code))
)

select
    summed.row_kind,
    summed.group_id,
    summed.currency_code,
    summed.position_count,
    summed.on_hand_quantity,
    summed.reserved_quantity,
    summed.pallet_count,
    cast(summed.stock_value_amount as decimal(18, 4)) as stock_value_amount,
    cast(summed.reserved_value_amount as decimal(18, 4)) as reserved_value_amount,
    cast(summed.slow_value_amount as decimal(18, 4)) as slow_value_amount,
    cast(
        round(
            cast(summed.slow_value_amount as decimal(38, 10))
            / nullif(summed.stock_value_amount, 0), 6
        ) as decimal(18, 6)
    ) as slow_ratio,
    summed.oldest_counted_on,
    summed.last_issued_on,
    summed.unpriced_count
from summed
order by summed.currency_code, summed.row_kind = 'total', summed.group_id
