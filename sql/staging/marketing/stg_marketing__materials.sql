/*---
description = "Brochures, letters and samples with the cost of one."
grain       = ["material_id"]
---*/

select
    material_id,
    material_title,
    material_title_zh,
    material_kind,
    material_edition,
    language_code,
    product_category,
    currency_code,
    unit_cost_amount,
    issued_on
from marketing.materials
