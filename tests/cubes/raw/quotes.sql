-- Lines of quotes at the rate of the day; the dirham has none.
select
    l.quote_id,
    l.quote_line_number::bigint as quote_line_number,
    q.quoted_on::date as quoted_on,
    w.entity_id,
    w.business_unit_id,
    q.owner_id,
    customer_of('sales', q.customer_id) as customer_id,
    l.sku as product_id,
    q.quote_status,
    in_cny(l.net_amount, l.currency_code, q.quoted_on::date) as quoted_amount,
    case when q.quote_status = 'won'
        then in_cny(l.net_amount, l.currency_code, q.quoted_on::date)
    end as won_amount,
    case when q.quote_status <> 'open'
        then in_cny(l.net_amount, l.currency_code, q.quoted_on::date)
    end as decided_amount,
    money(l.quantity::bigint * l.list_price_amount::decimal(18, 4)
        * rate_of(l.currency_code, 'CNY', q.quoted_on::date)) as list_amount,
    in_cny(l.net_amount, l.currency_code, q.quoted_on::date) as listed_amount,
    l.quantity::bigint as quoted_quantity,
    (l.currency_code = 'AED')::bigint as unpriced_count,
    q.quote_status = 'open' as is_open
from feeds.sales_quote_lines as l
inner join feeds.sales_quotes as q using (quote_id)
left join workers as w on w.employee_id = q.owner_id
