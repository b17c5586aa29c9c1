-- Who is who, what money is worth, and which period a day lies in: as the README of
-- tests/worlds/hand says it, over its raw files. `feeds.<department>_<table>` holds texts.

create table numbers as
select * from (
    values
    ('sales', 'K101', 'K101'), ('sales', 'K102', 'K102'), ('sales', 'K103', 'K103'),
    ('sales', 'K104', 'K103'), ('sales', 'K105', 'K105'), ('sales', 'K106', 'K106'),
    ('sales', 'K107', 'K107'), ('finance', '40001', 'K101'), ('finance', '40002', 'K102'),
    ('finance', '50003', 'K103'), ('finance', '60005', 'K105'), ('finance', '60006', 'K106'),
    ('finance', '40007', 'K107'), ('finance', '40099', 'finance-40099'),
    ('finance', '90002', 'finance-90002'), ('service', 'S-01', 'K101'),
    ('service', 'S-02', 'K102'), ('service', 'S-03', 'K103'), ('service', 'S-04', 'service-S-04'),
    ('marketing', 'M1', 'K101'), ('marketing', 'M2', 'K103'), ('marketing', 'M3', 'K105'),
    ('marketing', 'L2', 'K106')
) as listed (department, local_id, customer_id);

create macro customer_of(wanted, number) as coalesce(
    (select n.customer_id from numbers as n where n.department = wanted and n.local_id = number),
    'unassigned'
);

create table people as
select
    customer_id,
    case when row_number() over own = 1 then date '1900-01-01' else changed_on::date end as from_on,
    coalesce(lead(changed_on::date) over own, date '2999-01-01') as until_on,
    first_value(customer_name) over latest as customer_name,
    coalesce(parent_customer_id, customer_id) as customer_group_id,
    customer_type,
    first_value(customer_type) over latest as customer_type_now,
    industry,
    region,
    country,
    city,
    company_size,
    first_value(company_size) over latest as company_size_now,
    owner_id as account_owner_id,
    first_value(owner_id) over latest as account_owner_id_now,
    business_unit_id as unit_then,
    first_value(business_unit_id) over latest as business_unit_id_now
from feeds.sales_customers
where customer_id <> 'K104'
window
    own as (partition by customer_id order by changed_on),
    latest as (partition by customer_id order by changed_on desc);

-- Two whom nobody but finance knows.
insert into people by name
select
    customer_of('finance', debtor_id) as customer_id,
    date '1900-01-01' as from_on,
    date '2999-01-01' as until_on,
    debtor_name as customer_name,
    city
from feeds.finance_debtors
where debtor_id in ('40099', '90002');

create table closing as
select rated_on::date as rated_on, from_currency_code, to_currency_code,
    exchange_rate::decimal(18, 8) as exchange_rate
from feeds.finance_rates
where rate_kind = 'closing';

create macro rate_of(code, wanted, day) as case
    when code = wanted then 1::decimal(18, 8)
    else (
        select max_by(c.exchange_rate, c.rated_on)
        from closing as c
        where c.from_currency_code = code and c.to_currency_code = wanted and c.rated_on <= day
    )
end;

create macro money(amount) as amount::decimal(18, 4);

-- An amount in the money of the report, to the cent of a day's rate.
create macro in_cny(amount, code, day) as
    money(round(money(amount) * rate_of(code, 'CNY', day), 2));

-- The same by way of the books of an entity.
create macro books_of(entity) as
    case entity when 'HX01' then 'CNY' when 'HX02' then 'USD' else 'EUR' end;

create macro booked(amount, code, entity, day) as in_cny(
    round(money(amount) * rate_of(code, books_of(entity), day), 2), books_of(entity), day
);

-- A day of Shanghai, which has no other hour in summer.
create macro shanghai(moment) as
    cast(cast(replace(replace(moment, 'T', ' '), 'Z', '') as timestamp) + interval 8 hour as date);

create macro instant(moment) as
    timezone('UTC', cast(replace(replace(moment, 'T', ' '), 'Z', '') as timestamp));

create table workers as
select employee_id, entity_id, business_unit_id, cost_centre_id
from feeds.staff_employees;
