//! Which commands does the help show? They name tables of the standard project, so they are kept
//! here; a test runs them against the demo.

/// Shown by `patron --help`.
pub const TOP: &str = "\
Examples:
  patron demo                          see it at work on a sample company
  patron init my-company               begin a project
  patron new table sales.customer      describe a table of a system from its live schema
  patron check                         does everything fit?
  patron refresh                       load what is new and publish it in one step
  patron query 'select count(*) from sales.orders'
  patron quarantine list               which rows were refused, and why";

/// Shown by `patron demo --help`.
pub const DEMO: &str = "\
Examples:
  patron demo
  patron demo --dir /tmp/sample
  patron demo --advance 7                      a week later: new, late and corrected rows
  patron demo --dir large --customers 20000 --order-lines 10000000 --no-refresh
  patron demo --into postgres://me@127.0.0.1:5432/sample         password from PGPASSWORD

A second run changes nothing and says so. answers.json in the folder says what reports must find.";

/// Shown by `patron query --help`.
pub const QUERY: &str = "\
Examples:
  patron query 'select count(*) from sales.orders'
  patron query 'select sum(posted_amount) from finance.ledger_entries' --as-of 1
  patron query 'select * from sales.orders' --output orders.parquet
  patron query --format csv - < question.sql
  patron query 'select * from marts.dim_accounts' --as-role unit_head    as that role sees it
  patron query 'select table_schema, table_name from information_schema.tables'";

/// Shown by `patron report --help`.
pub const REPORT: &str = "\
Examples:
  patron report                                    all reports with what they answer
  patron report profit_curve --help-parameters     what may be said to one
  patron report profit_curve --param limit=5
  patron report profit_curve --output curve.csv --language zh-CN
  patron report profit_curve --as-of 1 --format json

What a report is told is a parameter, `-p period=2025-03`; spans end where they begin or later. The
answer says which release it is of, how far each system was loaded, and what is missing.";

/// Shown by `patron serve --help`.
pub const SERVE: &str = "\
Examples:
  patron serve
  patron serve --listen 127.0.0.1:0                any free port; the line READY names it
  patron serve --listen 0.0.0.0:443 --host patron.example.com --tls-certificate c.pem \\
      --tls-key k.pem
  patron serve --behind-proxy --host patron.example.com
  curl -d '{\"sql\": \"select 1 as one\"}' -H 'Content-Type: application/json' \
    http://127.0.0.1:8080/api/v1/sql
  curl http://127.0.0.1:8080/api/v1/reports
  curl -O http://127.0.0.1:8080/api/v1/reports/profit_curve.xlsx
  curl 'http://127.0.0.1:8080/api/v1/reports/profit_curve.csv?limit=5&as_of=1'

Ctrl-C, or the signal TERM, lets requests that run end. /openapi.json says what can be asked.";

/// Shown by `patron user --help`.
pub const USER: &str = "\
Examples:
  patron user add ann --role group_management      asks for the password
  patron user add bob --role unit_head --with business_unit_id=BU1 < password.txt
  patron user list
  patron user show bob
  patron user roles bob unit_head finance          these, and no others
  patron user attributes bob business_unit_id=BU1 business_unit_id=BU2
  patron user password bob
  patron user disable bob

Without accounts the server answers this machine alone, and everything. Once there is one, everybody
says who it is, this machine too; warehouse/access.toml says what each role sees.";

/// Shown by `patron token --help`.
pub const TOKEN: &str = "\
Examples:
  patron token create ann notebook --scope read --scope sql
  patron token create ann export --scope read --days 365 > token.txt
  patron token list ann
  patron token revoke ann notebook

read: reports, cubes and what there is; sql: SQL over HTTP and psql; write: what people enter;
manage: accounts and tokens. A token sees and may do what the roles of its account let it.";

/// Shown by `patron audit --help`.
pub const AUDIT: &str = "\
Examples:
  patron audit
  patron audit --user ann --since 2026-07-01 --limit 500
  patron audit --format csv > asked.csv

The log lies in warehouse/state/access.sqlite, which refuses to change or delete a row of it.";

/// Shown by `patron cube --help`.
pub const CUBE: &str = "\
Examples:
  patron cube                                      all cubes and views
  patron cube sales                                what one has: measures, dimensions, hierarchies
  patron cube '{\"measures\": [\"sales.net_amount\"], \"dimensions\": [\"sales.customer_id\"]}'
  patron cube question.json --format csv --output answer.csv
  patron cube question.json --drill down:products --row 2
  patron cube question.json --drill detail --row 1     the rows behind a number, totals included
  patron cube question.json --as-of 1 --format json    the same bytes as when release 1 was new
  patron cube --meta --language zh-CN

A question is a query of Cube's REST language: measures, dimensions, timeDimensions, filters,
segments, order, limit, offset, total, timezone, ungrouped; and `subtotals`, which adds the totals
of every level. The answer says of each measure what its totals are, and has a receipt.";

/// Shown by `patron advise --help`.
pub const ADVISE: &str = "\
Examples:
  patron advise                                    from all that is remembered
  patron advise --since 2026-01-01
  patron advise > rollups.diff && git apply rollups.diff && patron refresh

What is asked of cubes is remembered without the values of filters. A rollup is proposed where it
has a quarter of the rows at most; one that nothing used is proposed to go.";

/// Shown by `patron releases --help`.
pub const RELEASES: &str = "\
Examples:
  patron releases
  patron releases --limit 100 --format csv
  patron query 'select count(*) from sales.orders' --as-of 1    asks release 1";

/// Shown by `patron new table --help`.
pub const NEW_TABLE: &str = "\
Examples:
  patron new table sales.customer                       a table of a database
  patron new table finance.'ledger_*.csv'               a pattern of files
  patron new table finance.debtors.csv --encoding gbk --table accounts
  patron new table service.'cases_*.jsonl' --department support
  patron new table finance.'budget-*.xlsx' --sheet Plan --range B3:H";

/// Shown by `patron new model --help`.
pub const NEW_MODEL: &str = "\
Examples:
  patron new model marts.fct_visits --from staging.stg_sales__visits
  patron new model intermediate.int_orders_dated --from stg_sales__orders
  patron new model marts.fct_orders_taken --from stg_sales__orders --grain order_id,entity_id

The file then plans and builds as it is; its head says what can be said there.";

/// Shown by `patron new check --help`.
pub const NEW_CHECK: &str = "\
Examples:
  patron new check orders_repeat --from stg_sales__orders
  patron new check figures_agree

It is asked at every refresh; every row of its answer is a finding.";

/// Shown by `patron new report --help`.
pub const NEW_REPORT: &str = "\
Examples:
  patron new report newest_orders --from fct_order_lines";

/// Shown by `patron new cube --help`.
pub const NEW_CUBE: &str = "\
Examples:
  patron new cube order_lines --from fct_order_lines

What its head declares is asked together and apart: `patron describe cubes.order_lines` lists it.";

/// Shown by `patron describe --help`.
pub const DESCRIBE: &str = "\
Examples:
  patron describe                                  all tables
  patron describe sales.orders                     a table: grain, columns, checks, who reads it
  patron describe dim_dates                        its schema may be left out
  patron describe stg_sales__orders --lineage      where its columns come from
  patron describe marts.dim_products.product_id    where a column comes from
  patron describe marts.dim_dates --format json

In JSON, the list of all tables is {release, tables}, a table is one object, and what comes of
--lineage or a column is {name, lineage}, where each column holds those that it is made_of.";

/// Shown by `patron refresh --help`.
pub const REFRESH: &str = "\
Examples:
  patron refresh
  patron refresh --only finance
  patron refresh --waive sales.customers:deleted_ratio --because 'the old shop was closed'

The release becomes visible in one step over all tables, or not at all: when a check fails, a
system is down or the command is interrupted, the last release stays served. Findings are told a
check a line, new and changed ones first; `patron check --release` tells each in full.";

/// Shown by `patron quarantine list --help`.
pub const QUARANTINE_LIST: &str = "\
Examples:
  patron quarantine list
  patron quarantine list finance.ledger_entries
  patron query 'select * from patron.quarantine'        all columns";

/// Shown by `patron quarantine retry --help`.
pub const QUARANTINE_RETRY: &str = "\
Examples:
  patron quarantine retry
  patron quarantine retry finance.ledger_entries

Mend the contract first, for instance its `allowed` or `format`. A row that is wrong at the source
is mended there; `patron refresh` then loads it.";

/// Shown by `patron close --help`.
pub const CLOSE: &str = "\
Examples:
  patron close 2025-01 --by Ada
  patron close 2025-01 --by Ada --entity LT01
  patron close 2025-06 --by Ada --with-earlier          and all open ones before it
  patron periods                                        what is closed, by whom

Periods are closed one after the other; with --with-earlier each still has a release and a pin of
its own, and where one cannot be closed, those before it stay closed. What comes late for a closed
period is booked in the next open one. The release of the closing is kept for good, as
`close-2025-01`; `patron query --as-of close-2025-01` asks it.";

/// Shown by `patron reopen --help`.
pub const REOPEN: &str = "\
Examples:
  patron reopen 2025-01 --by Ada --because 'an invoice was booked twice'
  patron close 2025-01 --by Ada                         restates it, as `close-2025-01-2`
  patron restatement 2025-01                            what changed";

/// Shown by `patron sign-off --help`.
pub const SIGN_OFF: &str = "\
Examples:
  patron sign-off 2025-01 revenue_reconciliation --by Ada
  patron sign-off 2025-01 documents_agree_with_ledger --by Ada --remark 'two are open'
  patron query 'select * from patron.sign_offs'         who signed what

A subject is a report, a check, a cube or a table; what is called otherwise is refused, because an
entry stays for ever. It is kept by its full name, such as `reports.revenue_reconciliation`.";

/// Shown by `patron match --help`.
pub const MATCH: &str = "\
Examples:
  patron match list
  patron match show finance:4001757
  patron match same finance:4001757 sales:K100018 --by Ada --because 'same telephone'
  patron match different service:S-930541 sales:K100609 --by Ada
  patron match undo service:S-930541 sales:K100609 --by Ada

A number that no department lists is refused, and so is undoing what does not stand.";

/// Shown by `patron periods --help`.
pub const PERIODS: &str = "\
Examples:
  patron periods
  patron periods --format csv
  patron query 'select * from patron.period_status'     every decision ever taken";

/// Shown by `patron restatement --help`.
pub const RESTATEMENT: &str = "\
Examples:
  patron restatement 2025-01                            the last two closings, or the last and now
  patron restatement 2025-01 --from 1 --to 3
  patron restatement 2025-01 --format csv               every change, a line a value";
