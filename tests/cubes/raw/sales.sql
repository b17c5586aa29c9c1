-- Lines of invoices; cost by hand from the moves of stock, each at the rate of its own day.
with costs (invoice_id, line_number, cost_amount) as (
    values
    ('IV1', 1, 480.00), ('IV1', 2, 250.00 + 20.00), ('IV2', 1, 240.00), ('IV3', 1, 360.00),
    ('IV3', 2, 260.00), ('IV4', 1, 12000 * 8.25), ('CN1', 1, -800 * 8.30), ('IV5', 1, 1600 * 8.10),
    ('IV6', 1, 30 * 8.10), ('IV7', 1, 4203.12), ('IV8', 1, 1000.00), ('IV10', 1, 50.00)
),

lines as (
    select
        l.invoice_id,
        l.invoice_line_number::bigint as invoice_line_number,
        l.invoiced_on::date as invoiced_on,
        l.order_id,
        h.entity_id,
        h.invoice_kind,
        l.line_kind,
        h.currency_code,
        customer_of('finance', h.debtor_id) as customer_id,
        l.sku as product_id,
        booked(l.net_amount, h.currency_code, h.entity_id, l.invoiced_on::date) as net_amount,
        booked(l.list_amount, h.currency_code, h.entity_id, l.invoiced_on::date) as list_amount,
        booked(l.discount_amount, h.currency_code, h.entity_id, l.invoiced_on::date)
            as discount_amount,
        money(-coalesce(c.cost_amount, 0)) as cost_amount,
        l.quantity::bigint as quantity
    from feeds.finance_invoice_lines as l
    inner join feeds.finance_invoices as h using (invoice_id)
    left join costs as c
        on c.invoice_id = l.invoice_id and c.line_number = l.invoice_line_number::bigint
)

select
    lines.* exclude (quantity),
    p.unit_then as business_unit_id,
    net_amount + cost_amount as margin_amount,
    net_amount as costed_net_amount,
    case when line_kind in ('goods', 'parts') then net_amount end as goods_net_amount,
    case when line_kind in ('goods', 'parts') then quantity end as sold_quantity,
    0::bigint as unpriced_count,
    lines.customer_id = 'finance-90002' as is_intercompany,
    lines.customer_id <> 'finance-90002' as is_outside_group,
    line_kind in ('goods', 'parts') as is_goods,
    invoice_kind in ('credit_note', 'rebate') as is_credit
from lines
left join people as p
    on p.customer_id = lines.customer_id
    and p.from_on <= lines.invoiced_on
    and lines.invoiced_on < p.until_on
