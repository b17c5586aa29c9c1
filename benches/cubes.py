#!/usr/bin/env python3
"""How soon do cubes of a large company answer, through rollups and without, beside DuckDB?

    benches/cubes.py [--order-lines 10000000] [--customers 20000] [--times 200] [--built]

Builds the sample company of benches/models.py with all models and cubes, first without rollups and
then with them, so that what rollups take in time and storage stands alone. Then asks the questions
of a dashboard many times in one process, and DuckDB the same over the Parquet files of the same
marts, through the cube's own query. Both must give the same rows.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
from decimal import Decimal

from load import CACHE, QUIET, ROOT, TARGET, built, measured, python_with_duckdb
from models import MACROS, company, from_raw, own_tables, read, refreshed, tables, take

ROLLUPS = re.compile(r"^\[rollups\.\w+\]\n(?:(?!\[|---).*\n)*?(?=\[[a-z]|---)", re.MULTILINE)
RUNS_OF_DUCKDB = 20

# Name, question, and the same in SQL over `base`, the rows of the cube's query.
QUESTIONS = [
    ("profit by period and segment", "customer_profitability", {
        "measures": ["customer_profitability.net_revenue_amount",
                     "customer_profitability.profit_amount"],
        "dimensions": ["customer_profitability.period_id",
                       "customer_profitability.customer_type"],
        "limit": 50_000,
    }, "select period_id, customer_type, sum(net_revenue_amount), sum(profit_amount) from base "
       "group by 1, 2"),
    ("top 50 customers", "sales", {
        "measures": ["sales.net_amount", "sales.margin_amount"],
        "dimensions": ["sales.customer_id", "sales.customer_name"],
        "timeDimensions": [{"dimension": "sales.invoiced_on", "dateRange": ["$FROM", "$UNTIL"]}],
        "order": [["sales.net_amount", "desc"]],
        "limit": 50,
    }, "select customer_id, customer_name, sum(net_amount) as a, sum(margin_amount) from base "
       "where invoiced_on between date '$FROM' and date '$UNTIL' group by 1, 2 "
       "order by a desc nulls last, 1, 2 limit 50"),
    ("year over year by category", "sales", {
        "measures": ["sales.net_amount", "sales.net_amount__year_before"],
        "dimensions": ["sales.product_category"],
        "timeDimensions": [{"dimension": "sales.invoiced_on", "granularity": "month",
                            "dateRange": ["$FROM", "$UNTIL"]}],
        "limit": 50_000,
    }, """
        with months as (
            select product_category as c, date_trunc('month', invoiced_on) as m,
                sum(net_amount) as a
            from base
            where invoiced_on between date '$FROM' - interval 1 year and date '$UNTIL'
            group by 1, 2
        )
        select c, cast(m as date), max(a), max(b) from (
            select c, m, a, null as b from months where m >= date '$FROM'
            union all
            select c, m + interval 1 year, null, a from months where m < date '$FROM'
        ) group by 1, 2"""),
]

# Asks DuckDB so many times; prints seconds and rows as JSON.
RUNNER = f"""
import json, pathlib, time
{QUIET}
plan = json.loads(pathlib.Path(sys.argv[1]).read_text())
for sql in plan["before"]:
    duckdb.sql(sql)
taken = []
for _ in range(plan["times"]):
    begin = time.monotonic()
    rows = duckdb.sql(plan["sql"]).fetchall()
    taken.append(time.monotonic() - begin)
print(json.dumps({{"taken": taken, "rows": rows}}, default=str))
"""


def without_rollups(folder):
    """Takes the rollups out of the heads of the project's cubes."""
    for path in (folder / "sql" / "cubes").glob("*.sql"):
        path.write_text(ROLLUPS.sub("", path.read_text()))


def put_back(folder, sql):
    for path in (sql / "cubes").glob("*.sql"):
        (folder / "sql" / "cubes" / path.name).write_text(path.read_text())


def stored(folder, wanted):
    """Bytes and rows of the tables of the newest release that are wanted."""
    data = folder / "warehouse" / "data"
    release = json.loads(sorted((data / "releases").glob("*.json"))[-1].read_text())
    size, rows = 0, 0
    for name, entry in release["tables"].items():
        if wanted(name):
            manifest = data / "manifests" / name / f"{entry['manifest']}.json"
            files = json.loads(manifest.read_text())["files"]
            size += sum((data / file["path"]).stat().st_size for file in files)
            rows += sum(file["rows"] for file in files)
    return size, rows


def asker():
    """The program that asks in process, built."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET)}
    command = ["cargo", "bench", "--locked", "--no-run", "--bench", "ask",
               "--message-format", "json-render-diagnostics"]
    out = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True,
                         text=True).stdout
    said = [json.loads(line) for line in out.splitlines()]
    return next(one["executable"] for one in said
                if one.get("executable") and one["target"]["name"] == "ask")


def body(folder, cube):
    return (folder / "sql" / "cubes" / f"{cube}.sql").read_text().split("---*/", 1)[1].strip()


def beside(python, folder, cube, sql, threads):
    """Seconds and rows of DuckDB over the marts that a cube reads."""
    text = body(folder, cube)
    before = [f"set threads = {threads}", "set timezone = 'UTC'", *MACROS,
              "create schema marts", "create schema patron"]
    known, own = tables(folder), own_tables(folder)
    for name in sorted(set(re.findall(r"\b(?:marts|patron)\.\w+", text))):
        before.append(f"create view {name} as {own.get(name) or read(known[name][0])}")
    before.append(f"create view base as {text}")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"before": before, "sql": sql, "times": RUNS_OF_DUCKDB}, file)
        file.flush()
        told = json.loads(measured([python, "-c", RUNNER, file.name])[3].splitlines()[-1])
    return told["taken"], told["rows"]


def plain(value):
    if value in (None, ""):
        return ""
    try:
        return format(Decimal(value).normalize(), "f")
    except ArithmeticError:
        return str(value)


def ours(program, folder, times, table, question):
    out = measured([program, folder, str(times), table, json.dumps(question)])[3]
    told = json.loads(out.splitlines()[-1])
    answer = told["answer"]
    kept = [at for at, name in enumerate(answer["columns"]) if not name.endswith("isPartial")]
    rows = [[row[at] for at in kept] for row in answer["rows"]]
    return [one / 1000 for one in told["taken_us"]], rows, answer


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--order-lines", type=int, default=10_000_000)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--sql", type=pathlib.Path, default=ROOT / "sql")
    parser.add_argument("--program", type=pathlib.Path, help="a built patron; else it is built")
    parser.add_argument("--ask", type=pathlib.Path, help="a built benches/ask.rs; else it is built")
    parser.add_argument("--kept", action="store_true", help="ask what an earlier run has built")
    parser.add_argument("--built", action="store_true",
                        help="take all models as benches/models.py left them")
    options = parser.parse_args()
    program = (options.program or built()).resolve()
    ask = options.ask or asker()
    python, threads = python_with_duckdb(), os.cpu_count()
    folder = CACHE / "bench-models" / "cubes"
    if not (options.kept and folder.exists()):
        whole = CACHE / "bench-models" / "company"
        if options.built:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(whole, folder, copy_function=take)
        else:
            company(program, whole, options.order_lines, options.customers)
            from_raw(folder, options.sql)
        without_rollups(folder)
        _, _, wall, _, peak = refreshed(program, folder)
        if not options.built:
            print(f"build    without rollups {wall:7.1f} s  peak {peak:6.0f} MiB", flush=True)
        put_back(folder, options.sql)
        _, each, wall, _, peak = refreshed(program, folder)
        print(f"build    rollups alone   {wall:7.1f} s  peak {peak:6.0f} MiB  "
              f"of which their queries {sum(each.values()):7.1f} s", flush=True)
    size, rows = stored(folder, lambda name: name.startswith("cubes."))
    marts, mart_rows = stored(folder, lambda name: name.startswith("marts."))
    print(f"storage  rollups {size / 1e6:.1f} MB, {rows} rows; marts {marts / 1e6:.1f} MB, "
          f"{mart_rows} rows")
    months = json.loads(sorted((folder / "warehouse/data/releases").glob("*.json"))[-1].read_text())
    newest = max(one["extracted_at"] for one in months["systems"].values())
    first, last = f"{int(newest[:4]) - 1}-01-01", f"{int(newest[:4]) - 1}-12-31"
    for name, cube, question, sql in QUESTIONS:
        spell = lambda text: text.replace("$FROM", first).replace("$UNTIL", last)
        question, sql = json.loads(spell(json.dumps(question))), spell(sql)
        theirs, expected = beside(python, folder, cube, sql, threads)
        middle = statistics.median(theirs) * 1000
        print(f"{name}\n  duckdb   median {middle:9.2f} ms", flush=True)
        for table, times in (("rollups", options.times), ("base", RUNS_OF_DUCKDB)):
            taken, found, answer = ours(ask, folder, times, table, question)
            median = statistics.median(taken)
            print(f"  {table:<8} median {median:9.2f} ms  p99 {percentile(taken, 0.99):9.2f} ms  "
                  f"duckdb / ours {middle / median:7.2f}  {answer['rows_scanned']} rows of "
                  f"{answer['routes']}", flush=True)
            same = sorted([plain(v) for v in row] for row in found) == \
                sorted([plain(v) for v in row] for row in expected)
            print(f"  {'':<8} {len(found)} rows, {'the same' if same else 'NOT THE SAME'}")


if __name__ == "__main__":
    main()
