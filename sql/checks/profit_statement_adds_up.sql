/*---
description = """The profit statement of customers holds all profit lines in scope: per period and \
entity its profit sums to theirs, and its subtotals to the lines above them."""
severity    = "error"
---*/

with of_lines as (
    select
        period_id,
        entity_id,
        cast(coalesce(sum(reporting_amount), 0) as decimal(18, 4)) as profit_amount
    from marts.fct_profit_lines
    where bucket <> 'out_of_scope'
    group by period_id, entity_id
),

of_statement as (
    select
        period_id,
        entity_id,
        cast(sum(profit_amount) as decimal(18, 4)) as profit_amount,
        cast(
            sum(
                gross_revenue_amount + discount_amount + return_amount + goods_cost_amount
                + selling_amount + marketing_amount + service_amount + delivery_amount
                + stock_holding_amount + overhead_amount + unmapped_amount
            ) as decimal(18, 4)
        ) as lines_amount,
        cast(sum(economic_profit_amount - imputed_cost_amount) as decimal(18, 4))
            as economic_amount
    from marts.fct_customer_profit
    group by period_id, entity_id
)

select
    coalesce(of_lines.period_id, of_statement.period_id) as period_id,
    coalesce(of_lines.entity_id, of_statement.entity_id) as entity_id,
    of_lines.profit_amount as profit_lines_amount,
    of_statement.profit_amount as statement_amount,
    of_statement.lines_amount as statement_lines_amount,
    of_statement.economic_amount as economic_less_imputed_amount
from of_lines
full join of_statement
    on of_statement.period_id = of_lines.period_id
    and of_statement.entity_id = of_lines.entity_id
where coalesce(of_lines.profit_amount, 0) <> coalesce(of_statement.profit_amount, 0)
    or of_statement.lines_amount <> of_statement.profit_amount
    or of_statement.economic_amount <> of_statement.profit_amount
