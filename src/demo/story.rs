//! What does the demo tell a newcomer?

use super::into::Put;

/// Said of the departmental systems when they are new.
pub const INTRODUCTION: &str = "\
A group of eight companies that sells measuring instruments and serves them, in China, Hong Kong,
Europe and America. The files below feeds/ stand for its departments' systems: sales and the
stockroom keep SQLite databases, bookkeeping exports CSV with decimal commas and one list in GBK,
the service desk writes JSON lines, the warehouse scales tabs, marketing and staff CSV; what people
decide (rules, targets, estimates) lies in warehouse/inputs. Each department numbers its customers
in its own way, and in each system a few rows cannot be right. answers.json says what is planted.
";

/// Said of databases that were put on a server.
pub fn put(put: &Put) -> String {
    let mut text = format!(
        "The databases of {} lie at {}, and are read from there: {} tables, {} rows,\nput there in \
         {:.1} s. warehouse/systems.toml names the server; the SQLite files are what was put.\n",
        put.systems.join(" and "),
        put.url,
        put.tables,
        put.rows,
        put.elapsed.as_secs_f64()
    );
    if put.left_out > 0 {
        text = format!(
            "{text}Left out: {} rows with bytes that are no text, which no server takes.\n",
            put.left_out
        );
    }
    if !put.otherwise.is_empty() {
        let columns = put.otherwise.join(", ");
        text = format!("{text}Refused for another reason than from SQLite, in {columns}.\n");
    }
    text
}

/// What is asked first: the question, and the SQL that answers it.
pub const QUESTIONS: [(&str, &str); 3] = [
    ("What was refused, and why?", REFUSED_QUERY),
    ("Who brings most revenue in China, and does sales know them?", FIRST_QUERY),
    ("Which invoices never reached the ledger?", MISSING_QUERY),
];

/// The first question asked of the demo: who brings revenue, and who is that in sales?
pub const FIRST_QUERY: &str = "\
with revenue as (
    select debtor_id, -sum(functional_amount) as revenue_amount
    from finance.ledger_entries
    where account_id between '6001' and '6012' and posting_status = 'posted'
        and entity_id between 'LT01' and 'LT05'
    group by debtor_id
)
select
    r.debtor_id,
    d.debtor_name,
    d.customer_id as sales_number,
    c.customer_name as name_in_sales,
    r.revenue_amount
from revenue as r
left join finance.debtors as d on d.debtor_id = r.debtor_id
left join sales.customers as c on c.customer_id = d.customer_id
order by r.revenue_amount desc
limit 10
";

/// The second question: which rows were refused, and why?
pub const REFUSED_QUERY: &str = "\
select q.schema_name, q.table_name, q.source, q.row_number, q.column_name, p.value, q.reason
from patron.quarantine as q
join patron.quarantine_personal as p on p.quarantine_id = q.quarantine_id
order by q.schema_name, q.table_name, q.source, q.row_number, q.quarantine_id
";

/// The third question: what was billed and not booked?
pub const MISSING_QUERY: &str = "\
select i.invoice_id, i.entity_id, i.invoiced_on, i.debtor_id, i.net_amount, i.currency_code
from finance.invoices as i
left join finance.ledger_entries as e on e.document_id = i.invoice_id
where e.document_id is null
order by i.invoiced_on
";

/// What to try after the demo.
pub const NEXT: &str = "
  patron demo --dir . --advance 7  a week later: new, late and corrected rows come in
  patron report profit_curve       who makes and who destroys profit; `patron report` lists the rest
  patron cube '{\"measures\": [\"sales.net_amount\", \"sales.margin_ratio\"],
      \"dimensions\": [\"sales.product_category\"], \"subtotals\": true}'
      any measure by anything, with totals; `patron cube` lists what can be asked
  patron query 'select table_schema, table_name from information_schema.tables'
  patron query 'select account_id, sum(functional_amount) as amount from finance.ledger_entries
      where entity_id = $$LT01$$ group by account_id order by account_id'
      answers.json says what each account must come to
  patron query --as-of 1 'select count(*) from finance.ledger_entries'     as it was before
  patron pin before-changes 1                                              keeps it for good
  patron verify                                                            is every byte as written?

Mend one of the rows that `patron quarantine list` names and run `patron refresh`: it comes in.
warehouse/contracts/ shows every option of a contract, warehouse/README.md how it works.";
