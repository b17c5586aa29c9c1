"""What do the departments' raw tables say: who is who, when, and at what rate?

Everything is read from CSV files `<schema>.<table>.csv`, one a table. Nothing here is SQL, and
nothing is taken from the tables that compute profit.
"""
import csv
import datetime
import pathlib
import shutil
import subprocess
import tomllib
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal, getcontext

getcontext().prec = 60

UNASSIGNED = "unassigned"
# Raw tables, and the two computed ones that say who is who and which periods there are.
TABLES = [
    "finance.accounts", "finance.cost_centres", "finance.debtors", "finance.invoices",
    "finance.invoice_lines", "finance.ledger_entries", "finance.payments", "finance.rates",
    "inputs.account_map", "inputs.allocation_rules", "inputs.parameters", "inventory.reservations",
    "inventory.stock_costs", "inventory.stock_counts", "inventory.stock_moves",
    "inventory.warehouses", "marketing.sends", "sales.deliveries", "sales.orders",
    "sales.order_lines", "sales.products", "sales.returns", "service.cases",
    "service.case_events", "staff.capacity", "staff.employees", "staff.work_hours",
    "marts.dim_customer_identities", "marts.dim_periods",
]
# What is compared with.
RESULTS = ["marts.fct_profit_lines", "marts.fct_customer_profit"]
# The report of who loses, over all periods; and its name as a file.
LOSSES, LOSSES_FILE = "unprofitable_customers", "reports.unprofitable_customers"


def export(program, project, folder):
    """Writes every table as a CSV file into a folder, and the project's settings beside them."""
    shutil.copy(pathlib.Path(project) / "warehouse/project.toml", folder)
    for table in TABLES + RESULTS:
        command = [program, "--project", project, "query", f"select * from {table}",
                   "--format", "csv"]
        with open(pathlib.Path(folder) / f"{table}.csv", "w", encoding="utf-8") as file:
            subprocess.run(command, check=True, stdout=file)
    used = {row["period_id"] for row in rows_of(folder, "marts.fct_profit_lines")}
    known = rows_of(folder, "marts.dim_periods")
    periods = sorted((row for row in known if row["period_id"] in used),
                     key=lambda row: (int(row["sequence_number"]), row["is_adjusting"]))
    command = [program, "--project", project, "report", LOSSES, "--format", "csv",
               "-p", f"from_period={periods[0]['period_id']}",
               "-p", f"period={periods[-1]['period_id']}", "-p", "limit=1000000"]
    with open(pathlib.Path(folder) / f"{LOSSES_FILE}.csv", "w", encoding="utf-8") as file:
        subprocess.run(command, check=True, stdout=file)


def rows_of(folder, name):
    """The records of a file."""
    with open(pathlib.Path(folder) / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    """A number, or nothing."""
    return Decimal(text) if text not in ("", None) else None


def day(text):
    """A date, or nothing."""
    return datetime.date.fromisoformat(text) if text else None


def rounded(amount, digits):
    """Rounded half away from zero."""
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def true(text):
    return text.lower() == "true"


class Company:
    """The raw tables, as lists of records, with what is looked up in them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.tables = {name: self.read(name) for name in TABLES}
        rows = self.tables
        self.project = tomllib.loads((self.folder / "project.toml").read_text(encoding="utf-8"))
        self.reporting = self.project["reporting_currency"]
        self.books = {entity["id"]: entity["currency"] for entity in self.project["entities"]}
        self.customers = {
            (row["source_system"], row["local_id"]): row["customer_id"]
            for row in rows["marts.dim_customer_identities"] if true(row["is_current"])
        }
        self.category = {
            row["sku"]: row["product_category"] or UNASSIGNED for row in rows["sales.products"]
        }
        self.debtors = {row["debtor_id"]: row for row in rows["finance.debtors"]}
        self.invoices = {row["invoice_id"]: row for row in rows["finance.invoices"]}
        self.orders = {row["order_id"]: row for row in rows["sales.orders"]}
        self.employees = {row["employee_id"]: row for row in rows["staff.employees"]}
        self.warehouses = {row["house_id"]: row for row in rows["inventory.warehouses"]}
        self.centres = {row["cost_centre_id"]: row for row in rows["finance.cost_centres"]}
        self.kinds = {row["account_id"]: row["account_kind"] for row in rows["finance.accounts"]}
        self.read_periods()
        self.read_rates()

    def read(self, name):
        return rows_of(self.folder, name)

    def read_periods(self):
        self.periods = {}
        for row in self.tables["marts.dim_periods"]:
            row["starts_on"], row["ends_on"] = day(row["starts_on"]), day(row["ends_on"])
            row["is_adjusting"] = true(row["is_adjusting"])
            self.periods[row["period_id"]] = row
        regular = [row for row in self.periods.values() if not row["is_adjusting"]]
        self.regular = sorted(regular, key=lambda row: row["starts_on"])

    def read_rates(self):
        self.rates = defaultdict(list)
        for row in self.tables["finance.rates"]:
            pair = (row["rate_kind"], row["from_currency_code"], row["to_currency_code"])
            self.rates[pair].append((day(row["rated_on"]), Decimal(row["exchange_rate"])))
        for known in self.rates.values():
            known.sort()

    def customer(self, system, local_id):
        """The customer whose number it is."""
        return self.customers.get((system, local_id), UNASSIGNED)

    def is_related(self, row):
        """Whether the row's debtor is a company of the group."""
        return true(self.debtors.get(row["debtor_id"], {}).get("is_related_party") or "")

    def period_of(self, date):
        """The regular period of a day, or nothing."""
        for row in self.regular:
            if row["starts_on"] <= date <= row["ends_on"]:
                return row["period_id"]
        return None

    def drivers_of(self, period_id):
        """The regular period by whose quantities a period's cost is spread."""
        row = self.periods[period_id]
        return self.period_of(row["ends_on"]) if row["is_adjusting"] else period_id

    def order_of(self, period_id):
        row = self.periods.get(period_id)
        return (row["ends_on"], int(row["period_number"])) if row else (datetime.date.max, 0)

    def parameter(self, name, date):
        """The value that holds on a day, or nothing."""
        rows = [row for row in self.tables["inputs.parameters"] if row["parameter_name"] == name]
        held = [row for row in rows if day(row["valid_from_on"]) <= date]
        return max(held, key=lambda row: row["valid_from_on"])["parameter_value"] if held else None

    def digits(self, currency):
        return 0 if currency in ("JPY", "KRW", "VND") else 2

    def scale(self, currency):
        """Decimals of an allocated part; amounts of the ledger have two whatever the currency."""
        return max(2, self.digits(currency))

    def rate(self, source, target, date):
        """The accounting rate of a day, the last one stated until then; nothing without one."""
        if source == target:
            return Decimal(1)
        kind = self.parameter("accounting_rate_kind", date) or "closing"
        found = None
        for rated_on, rate in self.rates.get((kind, source, target), []):
            if rated_on <= date:
                found = rate
        return found

    def converted(self, amount, source, target, date):
        """An amount in another currency, rounded to its minor unit; nothing without a rate."""
        rate = self.rate(source, target, date)
        if rate is None or amount is None:
            return None
        return amount if source == target else rounded(amount * rate, self.digits(target))

    def local_day(self, moment):
        """The day of a moment where the company is; Shanghai has kept UTC+8 since 1992."""
        assert self.project["time_zone"] == "Asia/Shanghai"
        parsed = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00"))
        if parsed.tzinfo is not None:
            parsed = parsed.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return (parsed + datetime.timedelta(hours=8)).date()


def allocate(amount, drivers, digits):
    """Splits an amount by largest remainder: {key: part}, ties to the lower key by bytes.

    The shares are whole units of 10^-digits; each rounds down, and the units that are left go to
    those whose share lost most by it. A negative amount is split like its positive twin.
    """
    if amount is None:
        return {key: None for key in drivers}
    total = sum(drivers.values())
    units = abs(amount).scaleb(digits)
    assert units == int(units), f"{amount} has more than {digits} decimals"
    units = int(units)
    if total == 0:
        assert units == 0 or not drivers, "an amount without a driver"
        return {key: Decimal(0) for key in drivers}
    # Whole numbers all along, so that no share is rounded before its time.
    scale = max(0, -min(int(value.as_tuple().exponent) for value in drivers.values()))
    weights = {key: int(value.scaleb(scale)) for key, value in drivers.items()}
    total = sum(weights.values())
    parts = {key: units * weight // total for key, weight in weights.items()}
    left = units - sum(parts.values())
    lost = sorted(weights, key=lambda key: (-(units * weights[key] % total), as_text(key)))
    for key in lost[:left]:
        parts[key] += 1
    sign = -1 if amount < 0 else 1
    return {key: sign * Decimal(part).scaleb(-digits) for key, part in parts.items()}


def as_text(key):
    """The order of ties: that of the key's text, by bytes."""
    return ("/".join(key) if isinstance(key, tuple) else key).encode()
