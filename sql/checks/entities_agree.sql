/*---
description = """The entities of project.toml and of bookkeeping are the same, with the same \
currency of their books; where they differ, project.toml is followed."""
severity    = "warning"
---*/

select
    coalesce(project.entity_id, books.entity_id) as entity_id,
    project.currency_code as project_currency_code,
    books.currency_code as books_currency_code
from patron.entities as project
full join staging.stg_finance__entities as books
    on books.entity_id = project.entity_id
where (project.currency_code is distinct from books.currency_code)
    -- Where finance is not connected there is nothing to compare.
    and exists (select 1 from staging.stg_finance__entities)
