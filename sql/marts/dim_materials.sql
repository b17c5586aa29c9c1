/*---
description = "Brochures, letters and samples by edition and language, with the cost of one."
grain       = ["material_id"]

[columns]
unit_cost_reporting_amount = """Cost of one in the group's reporting currency at the accounting \
rate of the day of issue, to four decimals, as a price is not rounded to the minor unit."""
---*/

select
    materials.material_id,
    materials.material_title,
    materials.material_title_zh,
    materials.material_kind,
    materials.material_edition,
    materials.language_code,
    materials.product_category,
    materials.currency_code,
    materials.unit_cost_amount,
    cast(round(materials.unit_cost_amount * rates.reporting_rate, 4) as decimal(18, 4))
        as unit_cost_reporting_amount,
    rates.reporting_rate as exchange_rate,
    materials.issued_on,
    rates.rated_on
from staging.stg_marketing__materials as materials
left join intermediate.int_money_rates as rates
    on rates.entity_id = 'unassigned'
    and rates.currency_code = materials.currency_code
    and rates.rate_on = materials.issued_on
