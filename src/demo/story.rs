//! What does the demo tell a newcomer?

/// Said of the departmental systems when they are new.
pub const INTRODUCTION: &str = "\
A company that sells measuring instruments. The files below feeds/ stand for its departments'
systems: sales (a SQLite database), finance (CSV exports, one of them in GBK), service (JSON lines)
and inventory (CSV and Parquet). In each of them a few rows cannot be right.
";

/// What is asked first: the question, and the SQL that answers it.
pub const QUESTIONS: [(&str, &str); 2] = [
    ("What was refused, and why?", REFUSED_QUERY),
    ("Who brings revenue, and who costs service time?", FIRST_QUERY),
];

/// The first question asked of the demo: who brings revenue, and who costs service time?
pub const FIRST_QUERY: &str = "\
with revenue as (
    select o.customer_id, sum(l.net_amount) as revenue_amount
    from sales.orders as o
    join sales.order_lines as l on l.order_id = o.order_id
    group by o.customer_id
),
service as (
    select customer_id, sum(work_minutes) as service_minutes
    from service.cases
    group by customer_id
)
select
    c.customer_id,
    c.customer_name,
    r.revenue_amount,
    coalesce(s.service_minutes, 0) as service_minutes
from sales.customers as c
join revenue as r on r.customer_id = c.customer_id
left join service as s on s.customer_id = c.customer_id
order by r.revenue_amount desc
limit 10
";

/// The second question: which rows were refused, and why?
pub const REFUSED_QUERY: &str = "\
select q.table_name, q.source, q.row_number, q.column_name, p.value, q.reason
from patron.quarantine as q
join patron.quarantine_personal as p on p.quarantine_id = q.quarantine_id
order by q.schema_name, q.table_name, q.source, q.row_number, q.quarantine_id
";

/// What to try after the demo.
pub const NEXT: &str = "
  patron query 'select table_schema, table_name from information_schema.tables'
  patron query 'select document_id, sum(posted_amount) as difference_amount
      from finance.ledger_entries group by document_id having sum(posted_amount) <> 0'
      which documents do not balance? those with a refused entry; mend one of the lines in
      feeds/finance that `patron quarantine list` names, then
  patron refresh
  patron query --as-of 1 'select count(*) from finance.ledger_entries'     as it was before
  patron pin before-changes 1                                              keeps it for good
  patron verify                                                            is every byte as written?

warehouse/contracts/ shows every option of a contract, warehouse/README.md how it works.";
