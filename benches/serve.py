#!/usr/bin/env python3
"""How soon does the server answer many clients at once, and SQL beside roapi?

    benches/serve.py [--clients 50] [--seconds 10] [--think 1.0] [--program target/release/patron]

Makes the sample company once, serves it, and prints how long it takes until the server is ready.
Then so many clients ask questions of cubes that rollups answer, each over a connection that stays
open: first each as soon as it has its answer, which tells how much the server can do, then each
after a pause for thought, as people at dashboards do, which tells how long they wait. At last the
same SQL is asked of Patron, which gives each question a process of its own behind a gate, and of
roapi over the same Parquet files, one after the other and in turn; the ratio is of adjacent pairs.
SQL is left out, and that is said, where the server has no address for it.
"""
import argparse
import heapq
import json
import os
import pathlib
import selectors
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from load import CACHE, built

ROAPI = "roapi==0.12.7"
# Cube's questions, as the pages of a company ask them; each is answered by a rollup.
QUESTIONS = [
    {"measures": ["customer_profitability.net_revenue_amount",
                  "customer_profitability.profit_amount"],
     "dimensions": ["customer_profitability.period_id"]},
    {"measures": ["customer_profitability.profit_amount"],
     "dimensions": ["customer_profitability.customer_type"]},
    {"measures": ["sales.net_amount", "sales.margin_amount"],
     "dimensions": ["sales.product_category"]},
    {"measures": ["sales.net_amount"],
     "timeDimensions": [{"dimension": "sales.invoiced_on", "granularity": "month",
                         "dateRange": ["2025-01-01", "2025-12-31"]}]},
]
SQL = [
    "select business_unit_id, sum(net_reporting_amount) as amount from marts.fct_invoice_lines "
    "group by business_unit_id order by business_unit_id",
    "select count(*) as n from marts.fct_invoice_lines where net_reporting_amount > 1000",
    "select c.customer_type, count(*) as n from marts.fct_invoice_lines as l "
    "inner join marts.dim_customers as c on c.customer_id = l.customer_id "
    "group by c.customer_type order by c.customer_type",
]


def company(program):
    """The sample company, made once for a program's kind of warehouse."""
    folder = CACHE / "bench-serve"
    if not (folder / "warehouse" / "data" / "releases").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([program, "demo", "--no-serve", "--dir", folder], check=True,
                       stdout=subprocess.DEVNULL)
    return folder


class Server:
    """A server of the company; `ready` is how long it took to say so."""

    def __init__(self, program, folder, *more):
        begin = time.monotonic()
        command = [program, "--project", folder, "serve", "--listen", "127.0.0.1:0", *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.ready = time.monotonic() - begin
        if not line.startswith("READY http://"):
            sys.exit(f"the server is not ready: {line}")
        self.address = line.removeprefix("READY http://").strip()

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.address}{path}") as answer:
            return json.load(answer)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def path_of(question):
    return "/cubejs-api/v1/load?query=" + urllib.parse.quote(json.dumps(question))


class Client:
    """A connection that asks one question after the other."""

    def __init__(self, address, requests, at):
        host, port = address.split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests, self.at = requests, at
        self.bytes, self.begun = b"", 0.0

    def ask(self):
        self.at += 1
        self.bytes, self.begun = b"", time.monotonic()
        self.socket.sendall(self.requests[self.at % len(self.requests)])

    def heard(self):
        """Whether the answer is whole; anything but an answer ends the measurement."""
        read = self.socket.recv(1 << 16)
        if not read:
            sys.exit("the server has hung up")
        self.bytes += read
        head, found, body = self.bytes.partition(b"\r\n\r\n")
        if not found:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit(self.bytes.decode(errors="replace"))
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if b"content-length" in fields:
            return len(body) >= int(fields[b"content-length"])
        return body.endswith(b"0\r\n\r\n")


def crowd(address, count, seconds, think):
    """Seconds of each answer to so many clients at once."""
    head = f" HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n\r\n"
    requests = [f"GET {path_of(one)}{head}".encode() for one in QUESTIONS]
    clients = [Client(address, requests, at) for at in range(count)]
    waiting, taken = selectors.DefaultSelector(), []
    end = time.monotonic() + seconds
    # Nobody begins together.
    due = [(time.monotonic() + think * at / count, at) for at in range(count)]
    heapq.heapify(due)
    for at, client in enumerate(clients):
        waiting.register(client.socket, selectors.EVENT_READ, at)
    while time.monotonic() < end:
        while due and due[0][0] <= time.monotonic():
            clients[heapq.heappop(due)[1]].ask()
        wait = max(0.0, due[0][0] - time.monotonic()) if due else 1.0
        for key, _ in waiting.select(min(wait, 1.0)):
            if clients[key.data].heard():
                now = time.monotonic()
                taken.append(now - clients[key.data].begun)
                heapq.heappush(due, (now + think, key.data))
    for client in clients:
        client.socket.close()
    return taken


def percentile(values, share):
    values = sorted(values)
    return 1000 * values[min(len(values) - 1, int(len(values) * share))]


def told(what, taken, seconds):
    print(f"{what}  p50 {percentile(taken, 0.5):7.1f} ms  p99 {percentile(taken, 0.99):7.1f} ms  "
          f"{len(taken) / seconds:7.1f} answers a second", flush=True)


def roapi(folder):
    """roapi over the Parquet files of the newest release, and its address."""
    home = CACHE / "roapi-0.12.7"
    if not (home / "bin" / "roapi").exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", ROAPI], check=True)
    data = folder / "warehouse" / "data"
    release = json.loads(sorted((data / "releases").glob("*.json"))[-1].read_text())
    tables = []
    for table in ("fct_invoice_lines", "dim_customers"):
        entry = release["tables"][f"marts.{table}"]
        manifest = data / "manifests" / f"marts.{table}" / f"{entry['manifest']}.json"
        beside = folder / "roapi" / table
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        for number, file in enumerate(json.loads(manifest.read_text())["files"]):
            os.link(data / file["path"], beside / f"{number}.parquet")
        tables += ["--table", f"{table}={beside},format=parquet"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [home / "bin" / "roapi", *tables, "--addr-http", address,
               "--addr-postgres", "127.0.0.1:0", "--addr-flight-sql", "127.0.0.1:0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://{address}/api/schema").read()
            return process, address
        except OSError:
            time.sleep(0.1)
    sys.exit("roapi is not ready")


def posted(address, path, body, kind):
    begin = time.monotonic()
    request = urllib.request.Request(f"http://{address}{path}", body.encode(),
                                     {"Content-Type": kind, "Accept": "application/json"})
    with urllib.request.urlopen(request) as answer:
        rows = json.load(answer)
    return time.monotonic() - begin, rows


def beside(server, folder, pairs):
    """The same SQL of both, in turn."""
    if "/api/v1/sql" not in server.get("/openapi.json")["paths"]:
        print("LEFT OUT: SQL beside roapi: the server has no /api/v1/sql")
        return
    process, other = roapi(folder)
    try:
        for sql in SQL:
            ours, theirs, ratios = [], [], []
            for _ in range(pairs):
                one, rows = posted(server.address, "/api/v1/sql", json.dumps({"sql": sql}),
                                   "application/json")
                two, found = posted(other, "/api/sql", sql.replace("marts.", ""), "text/plain")
                if len(rows["rows"]) != len(found):
                    sys.exit(f"{sql}: {len(rows['rows'])} rows here, {len(found)} there")
                ours.append(one)
                theirs.append(two)
                ratios.append(one / two)
            print(f"sql  patron {1000 * statistics.median(ours):6.1f} ms  "
                  f"roapi {1000 * statistics.median(theirs):6.1f} ms  "
                  f"ratio {statistics.median(ratios):5.2f}  {sql[:50]}...", flush=True)
    finally:
        process.terminate()
        process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--think", type=float, default=1.0)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--program", type=pathlib.Path, help="a built patron; else it is built")
    options = parser.parse_args()
    program = (options.program or built()).resolve()
    folder = company(program)
    starts = []
    for _ in range(5):
        server = Server(program, folder)
        starts.append(server.ready)
        server.end()
    print(f"ready    median {1000 * statistics.median(starts):.0f} ms of {len(starts)} starts")
    server = Server(program, folder)
    try:
        for question in QUESTIONS:
            answer = server.get(path_of(question))
            print(f"answered by {answer['receipt']['routes']}, {len(answer['data'])} rows")
        crowd(server.address, options.clients, 2, 0.0)
        one = crowd(server.address, 1, options.seconds / 2, 0.0)
        told("one client          ", one, options.seconds / 2)
        busy = crowd(server.address, options.clients, options.seconds, 0.0)
        told(f"{options.clients} without a pause   ", busy, options.seconds)
        calm = crowd(server.address, options.clients, options.seconds, options.think)
        told(f"{options.clients} with {options.think} s between", calm, options.seconds)
        beside(server, folder, options.pairs)
    finally:
        server.end()


if __name__ == "__main__":
    main()
