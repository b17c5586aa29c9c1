-- The table under Profit in the README of tests/worlds/hand, period by period, as it says below it
-- where each amount comes from.
with lines (period_id, entity_id, customer_id, statement_line, amount) as (
    values
    ('FY26-P01', 'HX01', 'K101', 'gross', 1300.00), ('FY26-P01', 'HX01', 'K101', 'discount', -80),
    ('FY26-P01', 'HX01', 'K101', 'goods', -720 - 270),
    ('FY26-P02', 'HX01', 'K101', 'gross', 400 + 30), ('FY26-P02', 'HX01', 'K101', 'discount', -40),
    ('FY26-P02', 'HX01', 'K101', 'service', -18),
    ('FY26-P02', 'HX01', 'K101', 'overhead', -207.19 - 17.27),
    ('FY26-P02', 'HX01', 'K102', 'gross', 1000), ('FY26-P02', 'HX01', 'K102', 'goods', -360 - 260),
    ('FY26-P02', 'HX01', 'K102', 'selling', -2000), ('FY26-P02', 'HX01', 'K102', 'delivery', -25),
    ('FY26-P02', 'HX01', 'K102', 'overhead', -575.54),
    ('FY26-P02', 'HX01', 'unused_capacity', 'service', -1482),
    ('FY26-P02', 'HX03', 'K103', 'gross', 15000 * 8.25),
    ('FY26-P02', 'HX03', 'K103', 'goods', -12000 * 8.25),
    ('FY26-P02', 'HX03', 'K103', 'delivery', -40 * 8.28),
    ('FY26-P02', 'HX03', 'unassigned', 'selling', -1000 * 8.28),
    ('FY26-P03', 'HX01', 'K101', 'marketing', -200),
    ('FY26-P03', 'HX01', 'K103', 'marketing', -200),
    ('FY26-P03', 'HX01', 'unassigned', 'marketing', -200),
    ('FY26-P03', 'HX03', 'K103', 'return', -1000 * 8.30),
    ('FY26-P03', 'HX03', 'K103', 'goods', 800 * 8.30),
    ('FY26-P04', 'HX01', 'unassigned', 'stock', 16),
    ('FY26-P04', 'HX03', 'K103', 'gross', 2000 * 8.10 + 86 * 8.10),
    ('FY26-P04', 'HX03', 'K103', 'discount', -100 * 8.10),
    ('FY26-P04', 'HX03', 'K103', 'goods', -1600 * 8.10 - 30 * 8.10),
    ('FY26-P04', 'HX03', 'K103', 'delivery', -12 * 8.10),
    ('FY26-P04', 'HX03', 'K103', 'marketing', -506.25),
    ('FY26-P04', 'HX03', 'K105', 'marketing', -506.25),
    ('FY26-P04', 'HX03', 'unassigned', 'marketing', -1012.50),
    ('FY26-P04', 'HX02', 'K105', 'gross', 7005.20 + 87.57),
    ('FY26-P04', 'HX02', 'K105', 'goods', -4203.12),
    ('FY26-P04', 'HX02', 'K105', 'selling', -6304.68),
    ('FY26-P04', 'HX02', 'K105', 'delivery', -105.08),
    ('FY26-P05', 'HX01', 'K102', 'gross', 1800), ('FY26-P05', 'HX01', 'K102', 'goods', -1000),
    ('FY26-P05', 'HX01', 'K102', 'delivery', -8), ('FY26-P05', 'HX01', 'K107', 'gross', 4502.25),
    ('FY26-P05', 'HX01', 'unassigned', 'marketing', -60),
    ('FY26-P06', 'HX01', 'K101', 'discount', -100),
    ('FY26-P06', 'HX01', 'finance-40099', 'gross', 100),
    ('FY26-P06', 'HX01', 'finance-40099', 'goods', -50),
    ('FY26-P06A', 'HX01', 'unassigned', 'overhead', -500)
),

amounts as (
    select
        lines.period_id,
        lines.entity_id,
        lines.customer_id,
        money(sum(amount) filter (statement_line = 'gross')) as gross,
        money(sum(amount) filter (statement_line = 'discount')) as discount,
        money(sum(amount) filter (statement_line = 'return')) as returned,
        money(sum(amount) filter (statement_line = 'goods')) as goods,
        money(sum(amount) filter (statement_line = 'selling')) as selling,
        money(sum(amount) filter (statement_line = 'marketing')) as marketing,
        money(sum(amount) filter (statement_line = 'service')) as service,
        money(sum(amount) filter (statement_line = 'delivery')) as delivery,
        money(sum(amount) filter (statement_line = 'stock')) as stock,
        money(sum(amount) filter (statement_line = 'overhead')) as overhead
    from lines
    group by all
),

filled as (
    select period_id, entity_id, customer_id, coalesce(columns(* exclude
        (period_id, entity_id, customer_id)), 0)
    from amounts
)

select
    f.period_id,
    c.ends_on::date as ends_on,
    c.is_adjusting::boolean as is_adjusting,
    f.entity_id,
    f.customer_id,
    case when f.customer_id like 'un%' then f.customer_id else 'customer' end as bucket,
    case when f.customer_id not like 'un%' then f.customer_id end as known_customer_id,
    f.customer_id not like 'un%' as is_of_customer,
    f.gross as gross_revenue_amount,
    f.discount as discount_amount,
    f.returned as return_amount,
    f.gross + f.discount + f.returned as net_revenue_amount,
    f.goods as goods_cost_amount,
    f.gross + f.discount + f.returned + f.goods as gross_margin_amount,
    f.selling as selling_amount,
    f.marketing as marketing_amount,
    f.service as service_amount,
    f.delivery as delivery_amount,
    f.stock as stock_holding_amount,
    f.selling + f.marketing + f.service + f.delivery + f.stock as serving_amount,
    f.gross + f.discount + f.returned + f.goods + f.selling + f.marketing + f.service + f.delivery
        + f.stock as contribution_amount,
    f.overhead as overhead_amount,
    f.gross + f.discount + f.returned + f.goods + f.selling + f.marketing + f.service + f.delivery
        + f.stock + f.overhead as profit_amount
from filled as f
inner join feeds.inputs_calendar as c using (period_id)
