#!/usr/bin/env python3
"""How long does 1 GB of CSV take into the warehouse, beside DuckDB writing zstd Parquet?

    benches/load.py [--rows 10000000] [--pairs 3]

Runs Patron and DuckDB one after the other, several times, and prints the median of the ratios of
adjacent runs, because neighbours on a machine make single times worthless. Wall time, CPU time and
peak memory are the operating system's own account of each process (wait4). Patron checks every
value against a contract, hashes every block and syncs every file; DuckDB does not.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

DUCKDB = "duckdb==2.0.0"
QUIET = "import duckdb, sys; duckdb.sql('set enable_progress_bar = false')"
ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "patron"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))

# Twelve columns as an order system has them: keys, numbers, money, dates and texts.
COLUMNS = [
    ("order_id", "integer", "BIGINT", "1 + r // 4"),
    ("line_number", "integer", "BIGINT", "1 + r % 4"),
    ("product_id", "integer", "BIGINT", "hash(r) % 200000"),
    ("supplier_id", "integer", "BIGINT", "hash(r + 1) % 10000"),
    ("quantity", "decimal(15,2)", "DECIMAL(15,2)", "(1 + hash(r + 2) % 50)::decimal(15,2)"),
    ("net_amount", "decimal(15,2)", "DECIMAL(15,2)", "((hash(r + 3) % 10000000) / 100)::decimal(15,2)"),
    ("discount", "decimal(15,2)", "DECIMAL(15,2)", "((hash(r + 4) % 11) / 100)::decimal(15,2)"),
    ("tax", "decimal(15,2)", "DECIMAL(15,2)", "((hash(r + 5) % 9) / 100)::decimal(15,2)"),
    ("return_flag", "text", "VARCHAR", "substr('ANR', 1 + (hash(r + 6) % 3)::int, 1)"),
    ("shipped_on", "date", "DATE", "date '2020-01-01' + (hash(r + 7) % 2500)::int"),
    ("received_on", "date", "DATE", "date '2020-01-15' + (hash(r + 7) % 2500)::int"),
    ("remark", "text", "VARCHAR", "'remark ' || md5(r::varchar)[:20]"),
]

PROJECT = """name = "Bench"
time_zone = "UTC"
functional_currency = "EUR"
reporting_currency = "EUR"
languages = ["en"]

[calendar]
kind = "months"
first_month = 1
"""


def python_with_duckdb():
    """The interpreter of a virtual environment that holds DuckDB."""
    python = CACHE / "bench-venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
    if subprocess.run([python, "-c", "import duckdb"], capture_output=True).returncode != 0:
        subprocess.run([python, "-m", "pip", "install", "--quiet", DUCKDB], check=True)
    return python


def measured(command):
    """Runs a command: wall seconds, CPU seconds, peak memory in MiB, standard output."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begin
    if status != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{out}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out


def write_feed(python, folder, rows):
    feed = folder / "feeds" / "lines.csv"
    wanted = folder / f"rows-{rows}"
    if wanted.exists() and feed.exists():
        return feed
    shutil.rmtree(folder, ignore_errors=True)
    feed.parent.mkdir(parents=True)
    select = ", ".join(f"{expression} as {name}" for name, _, _, expression in COLUMNS)
    sql = f"copy (select {select} from range({rows}) as t(r)) to '{feed}' (header, delimiter ',')"
    subprocess.run([python, "-c", f"{QUIET}; duckdb.sql(sys.argv[1])", sql], check=True)
    wanted.touch()
    return feed


def write_project(folder):
    contracts = folder / "warehouse" / "contracts" / "bench"
    contracts.mkdir(parents=True, exist_ok=True)
    (folder / "warehouse" / "project.toml").write_text(PROJECT)
    (folder / "warehouse" / "systems.toml").write_text('[files]\nkind = "files"\npath = "feeds"\n')
    columns = "".join(f'\n[columns.{name}]\ntype = "{kind}"\n' for name, kind, _, _ in COLUMNS)
    head = 'description = "Order lines"\nsystem = "files"\nobject = "lines*.csv"\nkind = "csv"\n'
    (contracts / "lines.toml").write_text(f'{head}mode = "append"\n{columns}')


def built():
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET)}
    command = ["cargo", "build", "--release", "--locked", "--quiet"]
    subprocess.run(command, cwd=ROOT, check=True, env=environment)
    return TARGET / "release" / "patron"


def patron_run(program, folder):
    shutil.rmtree(folder / "warehouse" / "data", ignore_errors=True)
    return measured([program, "--project", folder, "refresh"])


def duckdb_run(python, feed, folder, threads):
    out = folder / "duckdb.parquet"
    out.unlink(missing_ok=True)
    columns = ", ".join(f"'{name}': '{kind}'" for name, _, kind, _ in COLUMNS)
    sql = (
        f"copy (select * from read_csv('{feed}', header = true, columns = {{{columns}}})) "
        f"to '{out}' (format parquet, compression zstd, compression_level 1)"
    )
    code = f"{QUIET}; duckdb.sql(sys.argv[1]); duckdb.sql(sys.argv[2])"
    return measured([python, "-c", code, f"set threads = {threads}", sql])


def show(name, run, size):
    wall, cpu, memory, _ = run
    print(
        f"{name:<8} wall {wall:6.2f} s  cpu {cpu:6.2f} s  peak {memory:6.0f} MiB  "
        f"{size / wall / 1e6:5.0f} MB/s",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--program", type=pathlib.Path, help="a built patron; else it is built")
    options = parser.parse_args()
    program = options.program or built()
    python = python_with_duckdb()
    folder = CACHE / "bench"
    feed = write_feed(python, folder, options.rows)
    write_project(folder)
    size, threads = feed.stat().st_size, os.cpu_count()
    print(f"{size / 1e6:.0f} MB of CSV, {options.rows} rows, {threads} cores, {DUCKDB}", flush=True)
    walls, cpus, peaks = [], [], []
    for _ in range(options.pairs):
        ours = patron_run(program, folder)
        show("patron", ours, size)
        theirs = duckdb_run(python, feed, folder, threads)
        show("duckdb", theirs, size)
        walls.append(ours[0] / theirs[0])
        cpus.append(ours[1] / theirs[1])
        peaks.append(ours[2])
    again = [measured([program, "--project", folder, "refresh"]) for _ in range(3)]
    ratio = statistics.median(walls)
    print(f"wall ratio  {ratio:.2f} (goal at most 1.0)  of {' '.join(f'{w:.2f}' for w in walls)}")
    print(f"cpu ratio   {statistics.median(cpus):.2f}  of {' '.join(f'{c:.2f}' for c in cpus)}")
    print(f"peak memory {max(peaks):.0f} MiB (goal at most 512)")
    idle = statistics.median(run[0] for run in again)
    print(f"a refresh in which nothing changed: {idle:.2f} s (goal under 1)")


if __name__ == "__main__":
    main()
