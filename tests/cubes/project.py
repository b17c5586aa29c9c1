"""What does a project declare of its cubes, and which rows do they have?

The heads are read by a TOML reader, the bodies are run by DuckDB over the Parquet files of the
newest release. Nothing of the program is used.
"""
import datetime
import json
import pathlib
import re
import tomllib
import zoneinfo

import duckdb

# Columns of `values`, which DuckDB counts from 0.
VALUES_COLUMN = re.compile(r"\bcolumn(\d)\b")
# What DuckDB calls otherwise.
SPELLINGS = [
    (VALUES_COLUMN, lambda found: f"col{int(found[1]) - 1}"),
    (re.compile(r"\bfirst_value\(([^()]*\border by\b[^()]*)\)(?!\s*over)"), r"first(\1)"),
    (re.compile(r"\bleft anti join\b"), "anti join"),
]
MACROS = [
    "create macro to_char(moment, format) as strftime(moment, format)",
    "create macro local_date(moment, zone) as cast(timezone(zone, moment) as date)",
    # DuckDB rounds to as many digits as a column says in doubles only.
    "create macro round(amount) as system.main.round(amount), (amount, digits) as case digits "
    + " ".join(f"when {digits} then system.main.round(cast(amount as decimal(30, 8)), {digits})"
               for digits in range(5)) + " end",
]
ARROW_TYPES = [
    (re.compile(r"Decimal128\((\d+), ?(\d+)\)"), r"decimal(\1, \2)"),
    (re.compile(r"Timestamp\(.*"), "timestamptz"),
    (re.compile("(Large)?Utf8(View)?"), "varchar"),
    (re.compile("Date32"), "date"),
    (re.compile("Boolean"), "boolean"),
    (re.compile("U?Int(8|16|32|64)"), "bigint"),
    (re.compile("Float64"), "double"),
]


def quoted(text):
    """A text as SQL writes it."""
    return "'" + str(text).replace("'", "''") + "'"


def name(text):
    """A name as SQL writes it, whatever stands in it."""
    return '"' + text.replace('"', '""') + '"'


class Cube:
    """A cube's head, with the rows of its body in the table `base_<cube>`."""

    def __init__(self, path, project):
        head, body = path.read_text(encoding="utf-8").split("---*/", 1)
        self.head = tomllib.loads(head.split("/*---", 1)[1])
        self.name = path.stem
        for ours, theirs in SPELLINGS:
            body = ours.sub(theirs, body)
        self.body = body.strip().rstrip(";")
        self.base = f"base_{self.name}"
        self.project = project
        self.measures = self.head.get("measures", {})
        self.segments = self.head.get("segments", {})
        self.hierarchies = self.head.get("hierarchies", {})
        self.rollups = self.head.get("rollups", {})
        self.dimensions = self.head.get("dimensions", {})
        self.views = self.head.get("views", [])
        self.time = self.head.get("time")
        self.types = {}

    def load(self):
        """Makes the body's rows a table."""
        for table in sorted(set(re.findall(r"\b(?:marts|patron)\.\w+", self.body))):
            self.project.load(table)
        connection = self.project.connection
        connection.execute(f"create or replace table {self.base} as {self.body}")
        for column, kind, *_ in connection.execute(f"describe {self.base}").fetchall():
            self.types[column] = kind

    def column(self, dimension):
        """The column of the body that holds a dimension."""
        return self.dimensions[dimension].get("column", dimension)

    def kind(self, dimension):
        """`text`, `number`, `date`, `moment` or `boolean`."""
        return kind_of(self.types[self.column(dimension)])

    def shared(self, word):
        """The dimension that views know by a name; nothing where the cube has none."""
        for dimension, said in self.dimensions.items():
            if said.get("shared") == word:
                return dimension
        return None


def kind_of(sql_type):
    """What a type of DuckDB is here."""
    if sql_type == "VARCHAR":
        return "text"
    if sql_type == "DATE":
        return "date"
    if sql_type.startswith("TIMESTAMP"):
        return "moment"
    return "boolean" if sql_type == "BOOLEAN" else "number"


class Project:
    """A project's settings, its newest release's tables, and its cubes."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        text = (self.root / "warehouse/project.toml").read_text(encoding="utf-8")
        self.settings = tomllib.loads(text)
        self.zone = self.settings["time_zone"]
        data = self.root / "warehouse/data"
        newest = sorted((data / "releases").glob("*.json"))[-1]
        self.release = json.loads(newest.read_text(encoding="utf-8"))
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'")
        for sql in ["create schema marts", "create schema patron", *MACROS]:
            self.connection.execute(sql)
        self.loaded = set()
        self.cubes = {}
        for path in sorted((self.root / "sql/cubes").glob("*.sql")):
            cube = Cube(path, self)
            cube.load()
            self.cubes[cube.name] = cube
        self.views = {}
        for cube in self.cubes.values():
            for view in cube.views:
                self.views.setdefault(view, []).append(cube)
        self.periods = self.read_periods()
        self.extracted, self.reaches = {}, {}
        for system, said in (self.release.get("systems") or {}).items():
            if said.get("extracted_at"):
                self.extracted[system] = self.local_day(said["extracted_at"])
        for path in sorted((self.root / "warehouse/contracts").glob("*/*.toml")):
            self.read_reach(path)
        self.today = min(self.reaches.values(), default=self.newest_extraction())

    def local_day(self, moment):
        """The day of a moment in the project's zone."""
        moment = datetime.datetime.fromisoformat(moment)
        return moment.astimezone(zoneinfo.ZoneInfo(self.zone)).date()

    def newest_extraction(self):
        """The newest day on which a system was read."""
        return max(self.extracted.values(), default=self.local_day(self.release["created_at"]))

    def read_reach(self, path):
        """The newest day of a raw table's rows, up to that on which its system was read."""
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        table = f"{path.parent.name}.{path.stem}"
        columns = {said.get("month"), said.get("cursor", {}).get("column")} - {None}
        entry, system = self.release["tables"].get(table), said["system"]
        if not columns or not entry or system not in self.extracted:
            return
        files = self.manifest(table)["files"]
        files = [quoted(self.root / "warehouse/data" / file["path"]) for file in files]
        for column in columns if files else []:
            if said["columns"][column]["type"] not in ("date", "timestamp"):
                continue
            is_moment = said["columns"][column]["type"] == "timestamp"
            day = f"timezone({quoted(self.zone)}, {name(column)})" if is_moment else name(column)
            newest = self.connection.execute(
                f"select max(day) from (select cast({day} as date) as day from "
                f"read_parquet([{', '.join(files)}], hive_partitioning = false)) "
                f"where day <= date '{self.extracted[system]}'").fetchone()[0]
            if newest:
                self.reaches[system] = max(newest, self.reaches.get(system, newest))

    def reach(self, cubes):
        """The days up to which all systems reach that give cubes their days, and one of them."""
        systems = {system for cube in cubes for system in self.release.get("cubes", {})
                   .get(cube.name, [])}
        days = [self.reaches[system] for system in systems if system in self.reaches]
        days = days or [self.newest_extraction()]
        return min(days), max(days)

    def manifest(self, table):
        """Which files a table has."""
        entry = self.release["tables"][table]
        place = self.root / "warehouse/data/manifests" / table / f"{entry['manifest']}.json"
        return json.loads(place.read_text(encoding="utf-8"))

    def load(self, table):
        """A table of the release, as DuckDB reads its files."""
        if table in self.loaded:
            return
        self.loaded.add(table)
        if table == "patron.project":
            return self.load_settings()
        manifest = self.manifest(table)
        files = [str(self.root / "warehouse/data" / file["path"]) for file in manifest["files"]]
        if files:
            listed = ", ".join(quoted(file) for file in files)
            # Two decimals of up to 18 digits give DuckDB one of 18, too few for a product.
            wide = [name(one["name"]) for one in manifest["columns"]
                    if one["name"].endswith("rate") and one["arrow"].startswith("Decimal")]
            casts = ", ".join(f"cast({one} as decimal(28, 8)) as {one}" for one in wide)
            columns = f"* replace ({casts})" if wide else "*"
            select = f"select {columns} from read_parquet([{listed}], hive_partitioning = false)"
            self.connection.execute(f"create table {table} as {select}")
            return
        columns = [f"{name(one['name'])} {duckdb_type(one['arrow'])}"
                   for one in manifest["columns"]]
        self.connection.execute(f"create table {table} ({', '.join(columns)})")

    def load_settings(self):
        """What the project says of itself, as bodies may read it."""
        said = self.settings
        values = {
            "project_name": said["name"],
            "time_zone": said["time_zone"],
            "functional_currency_code": said["functional_currency"],
            "reporting_currency_code": said["reporting_currency"],
            "calendar_kind": said["calendar"]["kind"],
        }
        columns = ", ".join(f"{quoted(value)} as {key}" for key, value in values.items())
        self.connection.execute(f"create table patron.project as select {columns}")

    def read_periods(self):
        """The accounting periods in their order, as records; none where there is no calendar."""
        said = self.settings.get("periods")
        if not said or said["table"] not in self.release["tables"]:
            return []
        self.load(said["table"])
        columns = {
            "id": said["period"], "year": said.get("year"), "number": said.get("number"),
            "adjusting": said.get("adjusting"), "quarter": said.get("quarter"),
            "starts": said.get("starts"), "ends": said.get("ends"),
        }
        columns = {key: column for key, column in columns.items() if column}
        listed = ", ".join(f"{column} as {key}" for key, column in columns.items())
        order = ", ".join(said["order"])
        result = self.connection.execute(
            f"select {listed} from {said['table']} order by {order}").fetchall()
        return [dict(zip(columns, row)) for row in result]


def duckdb_type(arrow):
    """A type of Arrow as DuckDB calls it."""
    for pattern, meant in ARROW_TYPES:
        if pattern.fullmatch(arrow):
            return pattern.sub(meant, arrow)
    return "varchar"
