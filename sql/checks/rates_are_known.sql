/*---
description = """Every amount of a fact has the rates that it needs; without one its converted \
amounts are null and missing in every sum."""
severity    = { open = "warning", closed = "error", period = "period_id" }

[units]
unpriced_amount = "from_currency_code"
---*/

with unpriced_rows as (
    select
        'fct_ledger_entries' as fact_name,
        entity_id,
        period_id,
        functional_currency_code as from_currency_code,
        reporting_currency_code,
        net_functional_amount as unpriced_amount
    from marts.fct_ledger_entries
    where net_functional_amount is not null
        and net_reporting_amount is null
    union all
    select
        'fct_invoice_lines' as fact_name,
        entity_id,
        period_id,
        currency_code as from_currency_code,
        reporting_currency_code,
        net_amount as unpriced_amount
    from marts.fct_invoice_lines
    where net_functional_amount is null
        or net_reporting_amount is null
    union all
    select
        'fct_payments' as fact_name,
        entity_id,
        period_id,
        currency_code as from_currency_code,
        reporting_currency_code,
        paid_amount as unpriced_amount
    from marts.fct_payments
    where paid_functional_amount is null
        or paid_reporting_amount is null
    union all
    select
        'fct_stock_moves' as fact_name,
        entity_id,
        period_id,
        currency_code as from_currency_code,
        reporting_currency_code,
        cost_amount as unpriced_amount
    from marts.fct_stock_moves
    where cost_functional_amount is null
        or cost_reporting_amount is null
)

select
    fact_name,
    entity_id,
    period_id,
    from_currency_code,
    reporting_currency_code,
    count(*) as row_count,
    cast(sum(unpriced_amount) as decimal(18, 4)) as unpriced_amount
from unpriced_rows
group by fact_name, entity_id, period_id, from_currency_code, reporting_currency_code
