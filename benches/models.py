#!/usr/bin/env python3
"""How long do the models of a large company take to build, beside DuckDB, and after one new day?

    benches/models.py [--order-lines 10000000] [--customers 20000] [--pairs 3] [--sql sql] [--built]

Writes a sample company and loads it without models. Then, several times in turn: Patron builds
all models from nothing, and DuckDB runs the same SQL over the same raw Parquet into zstd Parquet,
one model after the other, as far as its dialect goes: what it refuses is listed and left out on both
sides, and what rests on that reads Patron's table. The ratio is of adjacent runs and of the models
alone; the checks of all rows, which DuckDB does not do, are told beside it.
At last the company lives on for a day, and the refresh that brings it is told as a share of the
full refresh. Patron hashes and syncs every file; DuckDB does not.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib

from load import CACHE, QUIET, ROOT, built, measured, python_with_duckdb

NAME = re.compile(r"\b(staging|intermediate|marts|patron|previous|\w+)\.(\w+)\b")
# So many models are told one by one.
SLOWEST = 25
LAYERS = ("staging", "intermediate", "marts")

# Where DuckDB's dialect only names things otherwise: functions, and the columns of `values`. It has
# no rounding of decimals to digits that a column says, so that goes by doubles: alike in time only.
VALUES_COLUMN = re.compile(r"\bcolumn(\d)\b")
SPELLINGS = [(re.compile(r"\bleft (anti|semi) join\b"), r"\1 join"),
             (re.compile(r"\bleading\b"), '"leading"'),
             (re.compile(r"cast\((\w+) as int\)"), r"(\1 - date '1970-01-01')")]
# What the closing of periods adds to a model's rows.
BOOKED = ("cast(null as text) as source_period_id, 0::bigint as booking_number, "
          "cast(null as text) as booking_kind")
BUILT = re.compile(r"(\S+): .*built, .* ([0-9.]+) s$")
# Two decimals of up to 18 digits give it one of 18, too few for an amount times a rate.
RATES = re.compile(r"rate$")
MACROS = [
    "create macro to_char(moment, format) as strftime(moment, format)",
    "create macro to_unixtime(moment) as epoch(moment)",
    "create macro local_date(moment, zone) as cast(timezone(zone, moment) as date)",
    "create macro round(amount) as system.main.round(amount), (amount, digits) as "
    "system.main.round(cast(amount as double), cast(digits as integer))",
]

# Runs the steps given as JSON; prints as JSON which failed and why, and how long each took.
RUNNER = f"""
import json, pathlib, sys, time
{QUIET}
plan = json.loads(pathlib.Path(sys.argv[1]).read_text())
for sql in plan["before"]:
    duckdb.sql(sql)
told = {{}}
for step in plan["steps"]:
    begin = time.monotonic()
    try:
        duckdb.sql(step["view"]) if step["view"] else duckdb.sql(step["copy"])
        told[step["name"]] = [time.monotonic() - begin, None]
    except Exception as error:
        told[step["name"]] = [0.0, str(error).splitlines()[0][:150]]
    for sql in step["after"] if told[step["name"]][1] is None else step["instead"]:
        duckdb.sql(sql)
print(json.dumps(told))
"""


def company(program, folder, lines, customers):
    """The sample company with its raw tables loaded, once for all runs."""
    wanted = folder.parent / f"{folder.name}.{lines}.{customers}"
    if wanted.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    size = ["--order-lines", str(lines), "--customers", str(customers)]
    measured([program, "demo", "--dir", folder, *size, "--no-refresh"])
    shutil.rmtree(folder / "sql", ignore_errors=True)
    (folder / "sql").mkdir()
    loaded = measured([program, "--project", folder, "refresh"])
    print(f"load     wall {loaded[0]:7.1f} s  peak {loaded[2]:6.0f} MiB", flush=True)
    shutil.rmtree(folder.parent / "raw", ignore_errors=True)
    shutil.copytree(folder, folder.parent / "raw", copy_function=take)
    wanted.touch()


def take(source, target):
    """Copies a file; one that is never changed is only linked."""
    is_fixed = "/warehouse/data/files/" in str(source)
    os.link(source, target) if is_fixed else shutil.copy2(source, target)


def from_raw(folder, sql):
    """The project as it was before any model was built, with the models beside it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(folder.parent / "raw", folder, copy_function=take)
    shutil.rmtree(folder / "sql", ignore_errors=True)
    shutil.copytree(sql, folder / "sql")


def tables(folder):
    """The files and the decimal columns of every table of the newest release."""
    data = folder / "warehouse" / "data"
    release = json.loads(sorted((data / "releases").glob("*.json"))[-1].read_text())
    found = {}
    for name, entry in release["tables"].items():
        manifest = data / "manifests" / name / f"{entry['manifest']}.json"
        said = json.loads(manifest.read_text())
        decimals = [one["name"] for one in said["columns"] if one["arrow"].startswith("Decimal")]
        found[name] = ([str(data / file["path"]) for file in said["files"]], decimals)
    return found


def models(folder):
    """Every model with its text without the head, in an order in which they can be built."""
    texts = {}
    for layer in LAYERS:
        for path in sorted((folder / "sql" / layer).glob("**/*.sql")):
            head, body = path.read_text().split("---*/", 1)
            declared = tomllib.loads(head.split("/*---", 1)[1])
            body = VALUES_COLUMN.sub(lambda found: f"col{int(found[1]) - 1}", body)
            for ours, theirs in SPELLINGS:
                body = ours.sub(theirs, body)
            texts[f"{layer}.{path.stem}"] = (declared, body.strip().rstrip(";"))
    order = []

    def visit(name):
        for layer, table in NAME.findall(texts[name][1]):
            other = f"{layer}.{table}"
            if other in texts and other != name and other not in order:
                visit(other)
        if name not in order:
            order.append(name)

    for name in texts:
        visit(name)
    return [(name, *texts[name]) for name in order]


def read(files, columns=()):
    listed = ", ".join(f"'{file}'" for file in files)
    wide = [f"cast({one} as decimal(28, 8)) as {one}" for one in columns if RATES.search(one)]
    columns = f"* replace ({', '.join(wide)})" if wide else "*"
    return f"select {columns} from read_parquet([{listed}], hive_partitioning = false)"


def own_tables(folder):
    """The tables that the project says of itself, and those that people would have entered."""
    said = tomllib.loads((folder / "warehouse" / "project.toml").read_text())
    text = lambda value: "'" + str(value).replace("'", "''") + "'"
    project = [said["name"], said["time_zone"], said["functional_currency"]]
    project += [said["reporting_currency"], said["calendar"]["kind"]]
    month = said["calendar"].get("first_month", "null")
    entities = ", ".join(
        f"({text(one['id'])}, {text(one['name'])}, {text(one['currency'])})"
        for one in said["entities"]
    )
    return {
        "patron.project": f"select * from (values ({', '.join(map(text, project))}, {month})) as t("
        "project_name, time_zone, functional_currency_code, reporting_currency_code, "
        "calendar_kind, first_month)",
        "patron.entities": f"select * from (values {entities}) as "
        "t(entity_id, entity_name, currency_code)",
        "patron.refresh": "select current_timestamp as refreshed_at, current_date as refreshed_on, "
        "1 as release_number",
        "patron.period_status": "select null::bigint as status_number, null::text as period_id, "
        "null::text as entity_id, null::text as status where false",
        "patron.match_decisions": "select null::bigint as decision_number, "
        "null::timestamptz as decided_at, null::text as decided_by, null::text as decision, "
        "null::text as left_system, null::text as left_local_id, null::text as right_system, "
        "null::text as right_local_id, null::text as because, null::date as valid_from_on "
        "where false",
    }


def booked(head, body):
    return f"select *, {BOOKED} from ({body})" if "closing" in head else body


def plan(folder, out, threads):
    """What DuckDB is to do: views over raw tables, then one model after the other."""
    stored = tables(folder)
    before = [f"set threads = {threads}", "set timezone = 'UTC'", *MACROS]
    schemas = {name.split(".")[0] for name in stored} | {*LAYERS, "patron"}
    before += [f"create schema if not exists {schema}" for schema in sorted(schemas)]
    for name, (files, decimals) in stored.items():
        if name.split(".")[0] not in LAYERS and files:
            before.append(f"create view {name} as {read(files, decimals)}")
    for name, select in own_tables(folder).items():
        if not stored.get(name, ([], []))[0]:
            before.append(f"create table {name} as {select}")
    steps = []
    for name, head, body in models(folder):
        if name.startswith("staging."):
            steps.append({"name": name, "view": f"create view {name} as {body}", "copy": None,
                          "after": [], "instead": []})
            continue
        target = out / f"{name}.parquet"
        files, decimals = stored.get(name, ([], []))
        ours = read(files, decimals) if files else None
        steps.append({
            "name": name,
            "view": None,
            "copy": f"copy ({booked(head, body)}) to '{target}' (format parquet, "
                    "compression zstd)",
            "after": [f"create view {name} as {read([target], decimals)}"],
            "instead": [f"create view {name} as {ours}"] if ours else [],
        })
    return {"before": before, "steps": steps}


def refreshed(program, folder):
    """A refresh: seconds from its first model to its last and of each of them, two being built at a
    time; seconds of everything and of the processor; peak memory in MiB."""
    begin = time.monotonic()
    command = [program, "--project", folder, "refresh"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said, loaded, last, each = [], 0.0, 0.0, {}
    for line in process.stdout:
        said.append(line)
        now = time.monotonic() - begin
        found = BUILT.match(line.strip())
        if found:
            last, each[found[1]] = now, float(found[2])
        elif "rows read" in line or "nothing new" in line:
            loaded = now
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"the refresh failed:\n{''.join(said)}")
    wall = time.monotonic() - begin
    return last - loaded, each, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def duckdb_run(python, folder, threads):
    """Seconds of each model that DuckDB runs, and what it refuses."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        scratch = pathlib.Path(scratch)
        steps = scratch / "plan.json"
        steps.write_text(json.dumps(plan(folder, scratch, threads)))
        run = measured([python, "-c", RUNNER, steps])
    told = json.loads(run[3].splitlines()[-1])
    built = {n: t for n, (t, why) in told.items() if why is None and not n.startswith("staging.")}
    refused = {name: why for name, (_, why) in told.items() if why is not None}
    return built, refused, run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--order-lines", type=int, default=10_000_000)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--sql", type=pathlib.Path, default=ROOT / "sql")
    parser.add_argument("--program", type=pathlib.Path, help="a built patron; else it is built")
    parser.add_argument("--built", action="store_true",
                        help="compare with what the last run has built, once")
    options = parser.parse_args()
    program = (options.program or built()).resolve()
    python = python_with_duckdb()
    folder = CACHE / "bench-models" / "company"
    threads = os.cpu_count()
    company(program, folder, options.order_lines, options.customers)
    print(f"{options.order_lines} order lines, {threads} cores", flush=True)
    walls, ratios, refused = [], [], {}
    kept = folder.parent / "built.json"
    for _ in range(1 if options.built else options.pairs):
        if not options.built:
            kept.unlink(missing_ok=True)
            from_raw(folder, options.sql)
            kept.write_text(json.dumps(refreshed(program, folder)))
        models, ours, wall, cpu, peak = json.loads(kept.read_text())
        print(f"patron   models {models:7.1f} s  with loading what changed and checking all rows "
              f"{wall:7.1f} s  cpu {cpu:7.1f} s  peak {peak:6.0f} MiB", flush=True)
        theirs, refused, run = duckdb_run(python, folder, threads)
        both = sorted(set(ours) & set(theirs), key=ours.get, reverse=True)
        seconds = sum(theirs[name] for name in both)
        # Two of them are built at a time: of the whole, the part that these have in the sum.
        share = models * sum(ours[name] for name in both) / max(sum(ours.values()), 0.001)
        print(f"the {len(both)} models that both run: patron {share:7.1f} s, duckdb "
              f"{seconds:7.1f} s, its peak {run[2]:6.0f} MiB")
        for name in both[:SLOWEST]:
            print(f"  {name:44} patron {ours[name]:7.1f} s (beside another), duckdb "
                  f"{theirs[name]:7.1f} s")
        for name in sorted(set(ours) - set(theirs), key=ours.get, reverse=True)[:SLOWEST]:
            print(f"  {name:44} patron {ours[name]:7.1f} s (beside another), not run by duckdb")
        sys.stdout.flush()
        walls.append(wall)
        ratios.append(share / seconds if seconds else float("nan"))
    for name, why in refused.items():
        print(f"  left out by duckdb: {name}: {why}")
    print(f"wall ratio  {statistics.median(ratios):.2f}  of {' '.join(f'{r:.2f}' for r in ratios)}")
    idle = measured([program, "--project", folder, "refresh"])
    print(f"a refresh in which nothing changed: {idle[0]:.2f} s")
    measured([program, "demo", "--dir", folder, "--advance", "1", "--no-refresh"])
    day = measured([program, "--project", folder, "refresh"])
    share = 100 * day[0] / statistics.median(walls)
    print(f"a refresh that brings a day: {day[0]:.1f} s, {share:.0f} % of the full refresh")


if __name__ == "__main__":
    main()
