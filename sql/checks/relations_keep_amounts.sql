/*---
description = "Facts about relations whose amounts do not sum to those of what they are made from."
severity    = "error"
---*/

with delivered_products as (
    select distinct delivery_id, product_id
    from staging.stg_sales__delivery_lines
),

sums as (
    select
        'fct_order_lines.stated_net_amount' as amount_name,
        (select sum(net_amount) from staging.stg_sales__order_lines) as source_sum,
        (select sum(stated_net_amount) from marts.fct_order_lines) as fact_sum
    union all
    select
        'fct_quotes.net_amount' as amount_name,
        (select sum(net_amount) from staging.stg_sales__quote_lines) as source_sum,
        (select sum(net_amount) from marts.fct_quotes) as fact_sum
    union all
    select
        'fct_delivery_lines.cost_amount' as amount_name,
        (
            select sum(costs.cost_amount)
            from intermediate.int_delivery_costs as costs
            inner join delivered_products as products
                on products.delivery_id = costs.document_id
                and products.product_id = costs.product_id
        ) as source_sum,
        (select sum(cost_amount) from marts.fct_delivery_lines) as fact_sum
    union all
    select
        'fct_deliveries.freight_amount' as amount_name,
        (select sum(freight_amount) from staging.stg_sales__deliveries) as source_sum,
        (select sum(freight_amount) from marts.fct_deliveries) as fact_sum
    union all
    select
        'fct_opportunities.expected_amount' as amount_name,
        (select sum(expected_amount) from staging.stg_sales__opportunities) as source_sum,
        (select sum(expected_amount) from marts.fct_opportunities) as fact_sum
    union all
    select
        'fct_touches.promised_amount' as amount_name,
        (select sum(promised_amount) from staging.stg_sales__promises) as source_sum,
        (select sum(promised_amount) from marts.fct_touches) as fact_sum
    union all
    select
        'fct_campaign_costs.net_amount' as amount_name,
        (select sum(spent_amount) from staging.stg_marketing__campaign_costs) as source_sum,
        (select sum(net_amount) from marts.fct_campaign_costs) as fact_sum
)

select amount_name, source_sum, fact_sum
from sums
where (source_sum is distinct from fact_sum)
