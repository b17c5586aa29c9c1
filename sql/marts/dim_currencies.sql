/*---
description = "Currencies that occur in the settings, rates or documents, one row a currency."
grain       = ["currency_code"]

[columns]
currency_code = "ISO 4217 code."
minor_unit_digits = """Decimals of the smallest unit that is booked, by ISO 4217: 2, but 0 for the \
yen and others, 3 for some dinars, 4 for two units of account."""
is_functional = "Whether some entity keeps its books in it."
is_reporting = "Whether the group reports in it."
---*/

with named_currencies as (
    select functional_currency_code as currency_code from patron.project
    union
    select reporting_currency_code as currency_code from patron.project
    union
    select functional_currency_code as currency_code from marts.dim_entities
    union
    select from_currency_code as currency_code from staging.stg_finance__rates
    union
    select to_currency_code as currency_code from staging.stg_finance__rates
    union
    select currency_code from staging.stg_finance__invoices
    union
    select currency_code from staging.stg_finance__ledger_entries
    union
    select currency_code from staging.stg_finance__payments
    union
    select currency_code from staging.stg_inputs__targets
    union
    select currency_code from staging.stg_inventory__stock_counts
    union
    select currency_code from staging.stg_inventory__stock_costs
    union
    select currency_code from staging.stg_inventory__stock_moves
    union
    select currency_code from staging.stg_inventory__warehouses
    union
    select currency_code from staging.stg_marketing__campaign_costs
    union
    select currency_code from staging.stg_sales__deliveries
    union
    select currency_code from staging.stg_sales__opportunities
    union
    select currency_code from staging.stg_sales__orders
    union
    select currency_code from staging.stg_sales__prices
    union
    select currency_code from staging.stg_sales__quotes
),

-- ISO 4217, list one: what is not listed here has two digits.
odd_digits as (
    select
        column1 as currency_code,
        column2 as minor_unit_digits
    from (
        values
            ('BIF', 0), ('CLP', 0), ('DJF', 0), ('GNF', 0), ('ISK', 0), ('JPY', 0),
            ('KMF', 0), ('KRW', 0), ('PYG', 0), ('RWF', 0), ('UGX', 0), ('UYI', 0),
            ('VND', 0), ('VUV', 0), ('XAF', 0), ('XOF', 0), ('XPF', 0),
            ('BHD', 3), ('IQD', 3), ('JOD', 3), ('KWD', 3), ('LYD', 3), ('OMR', 3), ('TND', 3),
            ('CLF', 4), ('UYW', 4)
    ) as listed
),

functional_currencies as (
    select distinct functional_currency_code as currency_code from marts.dim_entities
)

select
    named_currencies.currency_code,
    cast(coalesce(odd_digits.minor_unit_digits, 2) as bigint) as minor_unit_digits,
    functional_currencies.currency_code is not null as is_functional,
    named_currencies.currency_code = project.reporting_currency_code as is_reporting
from named_currencies
cross join patron.project as project
left join odd_digits
    on odd_digits.currency_code = named_currencies.currency_code
left join functional_currencies
    on functional_currencies.currency_code = named_currencies.currency_code
where named_currencies.currency_code is not null
