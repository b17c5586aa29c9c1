/*---
description = "Brochures, letters and samples with the cost of one."
grain       = ["material_id"]

[shape]
material_id       = "text"
material_title    = "text"
material_title_zh = "text"
material_kind     = "text"
material_edition  = "text"
language_code     = "text"
product_category  = "text"
currency_code     = "text"
unit_cost_amount  = "decimal(18,4)"
issued_on         = "date"
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
