/*---
description = "Products with category path, tier, and the next better one to offer."
grain       = ["product_id"]

[columns]
category_path = "Category and subcategory, parted by ' / '; only the category where that is all."
next_tier_product_id = """Product of the same category and subcategory one tier up; of several \
the one with the lowest number; null at the top."""
tier_count = "Tiers in which the subcategory is offered."
list_count = "Price lists that ever held the product."
first_priced_on = "First day on which any price list holds the product."
last_priced_on = "Last day on which any price list holds the product; null while one is open."
is_discontinued = "Whether a day is known on which it is taken off, in the past or to come."
---*/

with prices_of_lists as (
    select
        product_id,
        price_list_id,
        min(valid_from_on) as first_priced_on,
        max(valid_to_on) as last_priced_on,
        max(case when valid_to_on is null then 1 else 0 end) as open_count
    from staging.stg_sales__prices
    group by product_id, price_list_id
),

listed_prices as (
    select
        product_id,
        count(*) as list_count,
        min(first_priced_on) as first_priced_on,
        max(last_priced_on) as last_priced_on,
        max(open_count) as open_count
    from prices_of_lists
    group by product_id
),

tiers as (
    select
        product_category,
        product_subcategory,
        product_tier,
        min(product_id) as first_product_id
    from staging.stg_sales__products
    where product_tier is not null
    group by product_category, product_subcategory, product_tier
),

ordered_tiers as (
    select
        product_category,
        product_subcategory,
        product_tier,
        lead(first_product_id) over (
            partition by product_category, product_subcategory order by product_tier
        ) as next_tier_product_id,
        count(*) over (partition by product_category, product_subcategory) as tier_count
    from tiers
)

select
    products.product_id,
    products.successor_product_id,
    tiers.next_tier_product_id,
    products.product_name,
    products.product_name_zh,
    products.product_category,
    products.product_subcategory,
    concat_ws(' / ', products.product_category, products.product_subcategory) as category_path,
    products.product_kind,
    products.sales_unit,
    products.product_market,
    products.product_tier,
    coalesce(tiers.tier_count, 0) as tier_count,
    products.weight_kg,
    coalesce(prices.list_count, 0) as list_count,
    products.discontinued_on is not null as is_discontinued,
    products.launched_on,
    products.discontinued_on,
    prices.first_priced_on,
    case when prices.open_count = 0 then prices.last_priced_on end as last_priced_on
from staging.stg_sales__products as products
left join ordered_tiers as tiers
    on tiers.product_tier = products.product_tier
    and (tiers.product_category is not distinct from products.product_category)
    and (tiers.product_subcategory is not distinct from products.product_subcategory)
left join listed_prices as prices
    on prices.product_id = products.product_id
