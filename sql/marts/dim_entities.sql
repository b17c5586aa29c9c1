/*---
description = "Legal entities that the project or the bookkeeping names, one row an entity."
grain       = ["entity_id"]

[columns]
entity_id = "Number of the entity in the ledger."
entity_name = "Name, as bookkeeping keeps it, else as the project does."
functional_currency_code = """ISO 4217 code of the entity's books: that of project.toml, else that \
of bookkeeping."""
is_in_project = "Whether project.toml lists the entity."

[checks]
not_null = ["functional_currency_code"]
---*/

select
    coalesce(project.entity_id, books.entity_id) as entity_id,
    coalesce(books.entity_name, project.entity_name) as entity_name,
    books.entity_name_zh,
    coalesce(project.currency_code, books.currency_code) as functional_currency_code,
    books.country,
    books.city,
    project.entity_id is not null as is_in_project
from patron.entities as project
full join staging.stg_finance__entities as books
    on books.entity_id = project.entity_id
