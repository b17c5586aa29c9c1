create table measures (
  measure_id integer primary key,
  amount numeric,
  label text,
  measured_on text,
  is_open integer
);
insert into measures values
  (1, 10, 'good', '2026-01-02', 1),
  (2, 0.1, 'good: the shortest decimal of the float is 0.1', '2026-01-02', 0),
  (3, 0.1 + 0.2, 'float whose shortest decimal has 17 digits', '2026-01-02', 0),
  (4, 1234567890123456.78, 'float beyond 15 digits', '2026-01-02', 0),
  (5, 'twelve', 'text in a numeric column', '2026-01-02', 0),
  (6, 1, x'00ff', '2026-01-02', 0),
  (7, 1, cast(x'636166e9' as text), '2026-01-02', 0),
  (8, 1, 'no such day', '2026-02-30', 0),
  (9, 1, 'neither true nor false', '2026-01-02', 2),
  (10, 9e999, 'infinite', '2026-01-02', 0),
  (11, 1.005, 'three decimals', '2026-01-02', 0),
  (12, null, null, null, null);
