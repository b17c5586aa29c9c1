#!/usr/bin/env python3
"""How long do order lines take from PostgreSQL and MariaDB into the warehouse, beside the servers'
own clients throwing the same rows away?

    benches/databases.py [--rows 10000000] [--pairs 3] [--only postgres|mariadb] [--months]

Starts a private server of each kind in a temporary folder, fills a table of twelve columns with a
primary key, and runs Patron and the client one after the other, several times. The client is
`psql \\copy (...) to /dev/null (format binary)` or `mariadb --quick > /dev/null`; Patron checks
every value against a contract, sees that every key follows the one before, encodes Parquet, hashes
every block and syncs every file. Printed is the median of the ratios of adjacent runs, because
neighbours on a machine make single times worthless. Wall time, CPU time and peak memory are the
operating system's own account of each client process (wait4); the servers' work is in the wall time
of both. With --months the files lie by month, so that rows wait in a scratch file in between.
"""
import argparse
import os
import pathlib
import pwd
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

import load

# The columns of benches/load.py as each server computes them from a number r.
POSTGRES = [
    ("order_id", "bigint", "1 + r / 4"),
    ("line_number", "bigint", "1 + r % 4"),
    ("product_id", "bigint", "hashint8extended(r, 0) & 131071"),
    ("supplier_id", "bigint", "hashint8extended(r, 1) & 8191"),
    ("quantity", "numeric(15,2)", "1 + (hashint8extended(r, 2) & 31)"),
    ("net_amount", "numeric(15,2)", "(hashint8extended(r, 3) & 8388607) / 100.0"),
    ("discount", "numeric(15,2)", "(hashint8extended(r, 4) & 7) / 100.0"),
    ("tax", "numeric(15,2)", "(hashint8extended(r, 5) & 7) / 100.0"),
    ("return_flag", "text", "substr('ANR?', 1 + (hashint8extended(r, 6) & 3)::int, 1)"),
    ("shipped_on", "date", "date '2020-01-01' + (hashint8extended(r, 7) & 2047)::int"),
    ("received_on", "date", "date '2020-01-15' + (hashint8extended(r, 7) & 2047)::int"),
    ("remark", "text", "'remark ' || substr(md5(r::text), 1, 20)"),
]
MARIADB = [
    ("order_id", "bigint not null", "1 + seq div 4"),
    ("line_number", "bigint not null", "1 + seq % 4"),
    ("product_id", "bigint", "crc32(seq) & 131071"),
    ("supplier_id", "bigint", "crc32(seq + 1) & 8191"),
    ("quantity", "decimal(15,2)", "1 + (crc32(seq + 2) & 31)"),
    ("net_amount", "decimal(15,2)", "(crc32(seq + 3) & 8388607) / 100"),
    ("discount", "decimal(15,2)", "(crc32(seq + 4) & 7) / 100"),
    ("tax", "decimal(15,2)", "(crc32(seq + 5) & 7) / 100"),
    ("return_flag", "varchar(1)", "substr('ANR?', 1 + (crc32(seq + 6) & 3), 1)"),
    ("shipped_on", "date", "date '2020-01-01' + interval (crc32(seq + 7) & 2047) day"),
    ("received_on", "date", "date '2020-01-15' + interval (crc32(seq + 7) & 2047) day"),
    ("remark", "varchar(40)", "concat('remark ', left(md5(seq), 20))"),
]
NAMES = ", ".join(name for name, _, _ in POSTGRES)
KEY = "primary key (order_id, line_number)"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def as_user(name):
    """What runs a command as another user, where that is needed: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return []
    user = pwd.getpwnam(name)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def started(command, folder, is_up):
    log = open(folder / "log", "w")
    process = subprocess.Popen(command, stdout=log, stderr=log)
    for _ in range(300):
        if is_up():
            return process
        time.sleep(0.2)
    process.terminate()
    raise SystemExit(f"the server does not start:\n{(folder / 'log').read_text()}")


class Postgres:
    name, kind, client = "psql", "postgres", "psql \\copy to /dev/null (format binary)"

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        prefix = as_user("postgres")
        data = folder / "data"
        if prefix:
            shutil.chown(folder, "postgres")
        quiet = {"stdout": subprocess.DEVNULL}
        initdb = [programs[-1] / "initdb", "-D", data, "-A", "trust", "-U", "bench"]
        subprocess.run([*prefix, *initdb], check=True, cwd="/", **quiet)
        settings = [
            "fsync=off", "shared_buffers=512MB", "max_wal_size=8GB", f"port={self.port}",
            "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}",
        ]
        server = [*prefix, programs[-1] / "postgres", "-D", data]
        for setting in settings:
            server += ["-c", setting]
        self.process = started(server, folder, lambda: self.run("select 1", check=False) == 0)

    def command(self, sql):
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "bench", "-d", "postgres"]
        return ["psql", *address, "-q", "-v", "ON_ERROR_STOP=1", "-c", sql]

    def run(self, sql, check=True):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": None if check else subprocess.DEVNULL}
        return subprocess.run(self.command(sql), check=check, **quiet).returncode

    def fill(self, rows):
        columns = ", ".join(f"{name} {kind}" for name, kind, _ in POSTGRES)
        values = ", ".join(expression for _, _, expression in POSTGRES)
        self.run(f"create table lines ({columns}, {KEY})")
        self.run(f"insert into lines select {values} from generate_series(0, {rows - 1}::bigint) r")
        self.run("vacuum analyze lines")

    def throw_away(self):
        copy = f"\\copy (select {NAMES} from lines) to '/dev/null' with (format binary)"
        return load.measured(self.command(copy))

    def url(self):
        return f"postgres://bench@127.0.0.1:{self.port}/postgres"


class Mariadb:
    name, kind, client = "mariadb", "mysql", "mariadb --quick > /dev/null"

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        prefix = as_user("mysql")
        data = folder / "data"
        data.mkdir()
        if prefix:
            shutil.chown(folder, "mysql")
            shutil.chown(data, "mysql")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        install = [
            "mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ]
        subprocess.run([*prefix, *install], check=True, **quiet)
        server = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
        settings = [
            "--no-defaults", f"--datadir={data}", f"--port={self.port}", "--bind-address=127.0.0.1",
            f"--socket={folder / 'socket'}", "--innodb-buffer-pool-size=1G",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=1G", "--skip-log-bin",
        ]
        self.process = started(
            [*prefix, server, *settings], folder, lambda: self.run("select 1", check=False) == 0
        )
        self.run("create database bench")
        self.run("create user bench@'%' identified by ''; grant all on bench.* to bench@'%'")

    def command(self, sql):
        address = ["--no-defaults", f"--socket={self.folder / 'socket'}", "-uroot"]
        return ["mariadb", *address, "--quick", "-N", "-e", sql]

    def run(self, sql, check=True):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": None if check else subprocess.DEVNULL}
        return subprocess.run(self.command(sql), check=check, **quiet).returncode

    def fill(self, rows):
        columns = ", ".join(f"{name} {kind}" for name, kind, _ in MARIADB)
        values = ", ".join(expression for _, _, expression in MARIADB)
        self.run(f"create table bench.lines ({columns}, {KEY})")
        self.run(f"insert into bench.lines select {values} from bench.seq_0_to_{rows - 1}")
        self.run("analyze table bench.lines")

    def throw_away(self):
        command = self.command(f"select {NAMES} from bench.lines")
        return load.measured(["sh", "-c", 'exec "$@" > /dev/null', "sh", *command])

    def url(self):
        return f"mysql://bench@127.0.0.1:{self.port}/bench"


def write_project(folder, server, has_months):
    contracts = folder / "warehouse" / "contracts" / "bench"
    contracts.mkdir(parents=True)
    (folder / "warehouse" / "project.toml").write_text(load.PROJECT)
    system = f'[orders]\nkind = "{server.kind}"\nurl = "{server.url()}"\n'
    (folder / "warehouse" / "systems.toml").write_text(system)
    needed = ("order_id", "line_number")
    columns = "".join(
        f'\n[columns.{name}]\ntype = "{kind}"\n' + ("required = true\n" if name in needed else "")
        for name, kind, _, _ in load.COLUMNS
    )
    month = 'month = "shipped_on"\n' if has_months else ""
    (contracts / "lines.toml").write_text(
        'description = "Order lines"\nsystem = "orders"\nobject = "lines"\nmode = "merge"\n'
        f'key = ["order_id", "line_number"]\n{month}{columns}'
    )


def compared(program, server, options):
    server.fill(options.rows)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="patron-bench-"))
    try:
        write_project(folder, server, options.months)
        walls, peaks = [], []
        for _ in range(options.pairs):
            ours = load.patron_run(program, folder)
            show("patron", ours, options.rows)
            theirs = server.throw_away()
            show(server.name, theirs, options.rows)
            walls.append(ours[0] / theirs[0])
            peaks.append(ours[2])
        print(
            f"patron beside {server.client}: wall {statistics.median(walls):.2f} "
            f"(of {', '.join(f'{wall:.2f}' for wall in sorted(walls))}), "
            f"peak memory {max(peaks):.0f} MiB",
            flush=True,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def show(name, run, rows):
    wall, cpu, memory, _ = run
    print(
        f"{name:<8} wall {wall:6.2f} s  cpu {cpu:6.2f} s  peak {memory:6.0f} MiB  "
        f"{rows / wall / 1e6:5.2f} M rows/s",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--only", choices=["postgres", "mariadb"])
    parser.add_argument("--months", action="store_true", help="let files lie by month")
    parser.add_argument("--program", type=pathlib.Path, help="a built patron; else it is built")
    options = parser.parse_args()
    program = options.program or load.built()
    for kind in (Postgres, Mariadb):
        if options.only and kind.__name__.lower() != options.only:
            continue
        folder = pathlib.Path(tempfile.mkdtemp(prefix="patron-bench-", dir="/var/tmp"))
        server = None
        try:
            server = kind(folder)
            compared(program, server, options)
        finally:
            if server:
                server.process.terminate()
                server.process.wait()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
