/*---
description = "Rates from a currency to an entity's books and to the group's reports, day by day."
grain       = ["entity_id", "currency_code", "rate_on"]

[columns]
entity_id = "Legal entity; 'unassigned' for documents of none, which have only reporting rates."
currency_code = "ISO 4217 code of the currency that is converted."
rate_on = "Day on which a document is accounted for."
functional_currency_code = "ISO 4217 code of the entity's books; null without an entity."
functional_rate = """One unit is worth so many of the books' currency, by the kind of rate at \
which documents are accounted for; null where it is not known."""
reporting_rate = """One unit is worth so many of the reporting currency, by the kind of rate at \
which documents are accounted for; null where it is not known."""
functional_digits = "Decimals to which an amount in the books' currency is rounded."
reporting_digits = "Decimals to which an amount in the reporting currency is rounded."
rated_on = "Day of the source's rate into the reporting currency that holds on this day."
---*/

with books as (
    select entity_id, functional_currency_code from marts.dim_entities
    union all
    select 'unassigned' as entity_id, cast(null as varchar) as functional_currency_code
),

accounting_rates as (
    select
        from_currency_code,
        to_currency_code,
        rate_on,
        rounding_digits,
        exchange_rate,
        rated_on
    from intermediate.int_rates_filled
    where is_accounting
),

-- A currency that can be converted into the books but not into the report keeps its row.
rated_days as (
    select distinct from_currency_code as currency_code, rate_on
    from accounting_rates
)

select
    books.entity_id,
    days.currency_code,
    books.functional_currency_code,
    project.reporting_currency_code,
    functional.exchange_rate as functional_rate,
    reporting.exchange_rate as reporting_rate,
    functional.rounding_digits as functional_digits,
    reporting.rounding_digits as reporting_digits,
    days.rate_on,
    reporting.rated_on
from rated_days as days
cross join books
cross join patron.project as project
left join accounting_rates as functional
    on functional.from_currency_code = days.currency_code
    and functional.to_currency_code = books.functional_currency_code
    and functional.rate_on = days.rate_on
left join accounting_rates as reporting
    on reporting.from_currency_code = days.currency_code
    and reporting.to_currency_code = project.reporting_currency_code
    and reporting.rate_on = days.rate_on
