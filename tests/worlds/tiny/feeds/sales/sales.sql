create table customers (
  customer_id text primary key,
  customer_name text not null,
  region text,
  credit_limit_amount numeric,
  contact_name text,
  contact_email text
);
insert into customers values
  ('C1', 'Alder GmbH',        'north', 1000,    'Ada Alder',  'ada@alder.example'),
  ('C2', 'Birch Ltd',         'south', 2500.5,  'Bo Birch',   'bo@birch.example'),
  ('C3', 'Cedar & Sons, Inc', 'south', null,    'Cleo Cedar', null),
  ('C4', '大连德尔有限公司',  'north', 0.01,    null,         null),
  ('C5', 'Elm "the quiet"',   null,    500,     'Ed Elm',     'ed@elm.example');

create table order_lines (
  order_id text not null,
  line_number integer not null,
  customer_id text not null,
  product_id text not null,
  quantity integer,
  net_amount numeric not null,
  ordered_on text,
  is_deleted integer not null default 0,
  changed_at text not null,
  primary key (order_id, line_number)
);
insert into order_lines values
  ('O1', 1, 'C1', 'P1', 10, 100,    '2026-01-05', 0, '2026-01-05 09:00:00'),
  ('O1', 2, 'C1', 'P2',  2, 50.5,   '2026-01-05', 0, '2026-01-05 09:00:00'),
  ('O2', 1, 'C2', 'P1',  5, 52,     '2026-01-20', 0, '2026-01-20 10:00:00'),
  ('O2', 2, 'C2', 'P2',  1, 25.25,  '2026-01-20', 1, '2026-01-21 10:00:00'),
  ('O3', 1, 'C3', 'P3',  1, 999.99, '2026-02-03', 0, '2026-02-03 11:00:00'),
  ('O4', 1, 'C1', 'P1', -1, -10,    '2026-02-10', 0, '2026-02-10 12:00:00'),
  ('O5', 1, 'C4', 'P2',  4, 101,    '2026-02-28', 0, '2026-02-28 13:00:00'),
  ('O6', 1, 'C2', 'P3',  1, 999.99, '2026-03-01', 0, '2026-03-01 14:00:00');
