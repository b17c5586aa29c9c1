"""What are the rows of cubes, computed from the raw files of tests/worlds/hand alone?

`raw/<cube>.sql` makes them from the departments' CSV files, with other SQL than the program's: no
staging, no marts, no body of a cube. Of the heads only the declarations of measures, dimensions and
hierarchies are read. What belongs to a row by its customer, product or day is added here.
"""
import datetime
import pathlib

import duckdb
from project import Cube, Project, quoted

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FEEDS = ROOT / "tests/worlds/hand/feeds"
DAY = datetime.date
# Up to which day the rows of each department reach: "Time and money" in the README.
REACHES = {
    "finance": DAY(2026, 3, 31), "inventory": DAY(2026, 3, 31), "sales": DAY(2026, 3, 25),
    "service": DAY(2026, 3, 23), "marketing": DAY(2026, 3, 20), "staff": DAY(2026, 3, 6),
}
# Whose days the rows of a cube have. Profit follows from all departments but two.
BOOKS = ["finance", "inventory", "sales", "staff"]
SYSTEMS = {
    "campaign_costs": ["marketing"], "capacity": BOOKS, "customer_profitability": BOOKS,
    "deliveries": ["sales"], "event_registrations": ["marketing"], "inventory": ["inventory"],
    "leads": ["marketing"], "ledger": ["finance"], "logins": ["staff"],
    "marketing": ["sales", "marketing", "service"], "onboarding": [], "open_cases": ["service"],
    "open_pipeline": ["sales"], "orders": ["sales"], "payments": ["finance"],
    "pipeline": ["sales"], "quotes": ["sales"], "receivables": ["finance"],
    "referrals": ["sales"], "returns": ["sales"], "sales": ["finance"], "service": ["service"],
    "shipments": ["sales"], "stock_moves": ["inventory"], "surveys": ["service"],
    "web_sessions": ["marketing"], "work_hours": ["staff"],
}
OF_CUSTOMERS = [
    "customer_name", "customer_group_id", "customer_type", "customer_type_now", "industry",
    "region", "country", "city", "company_size", "company_size_now", "account_owner_id",
    "account_owner_id_now", "business_unit_id_now",
]
NOBODY = ("unassigned", "unused_capacity")


class RawCube(Cube):
    """A cube whose rows come from raw files."""

    def load(self):
        run = self.project.connection.execute
        body = (HERE / "raw" / f"{self.name}.sql").read_text(encoding="utf-8")
        run(f"create or replace temp table own as {body}")
        has = {row[0] for row in run("describe own").fetchall()}
        day = self.column(self.time)
        columns, joins = ["own.*"], []
        if "customer_id" in has:
            joins.append(f"left join people as p on p.customer_id = own.customer_id "
                         f"and p.from_on <= own.{day} and own.{day} < p.until_on")
            columns += [f"p.{one}" for one in OF_CUSTOMERS if one not in has]
            if "customer_group_id" not in has:
                columns.remove("p.customer_group_id")
                columns.append("coalesce(p.customer_group_id, own.customer_id) "
                               "as customer_group_id")
            if "known_customer_id" not in has:
                columns.append(f"case when own.customer_id not in {NOBODY} then own.customer_id "
                               f"end as known_customer_id")
        if "product_id" in has:
            joins.append("left join feeds.sales_products as s on s.sku = own.product_id")
            columns += ["s.product_name", "s.product_subcategory",
                        "coalesce(s.product_category, 'unassigned') as product_category"]
        if "period_id" in has:
            joins.append("left join periods as c on c.period_id = own.period_id")
        else:
            joins.append(f"left join periods as c on not c.is_adjusting "
                         f"and own.{day} between c.starts_on and c.ends_on")
            columns.append("c.period_id")
        columns += ["c.fiscal_quarter", "c.fiscal_year"]
        run(f"create or replace table {self.base} as select {', '.join(columns)} from own "
            f"{' '.join(joins)}")
        for column, kind, *_ in run(f"describe {self.base}").fetchall():
            self.types[column] = kind


class RawProject(Project):
    """The company made by hand."""

    def __init__(self):
        self.root, self.zone, self.release = ROOT, "Asia/Shanghai", {"cubes": SYSTEMS}
        self.reaches, self.extracted = REACHES, {}
        self.connection = duckdb.connect()
        run = self.connection.execute
        run("set timezone = 'UTC'")
        run("create schema feeds")
        for path in sorted(FEEDS.glob("*/*.csv")):
            table = f"feeds.{path.parent.name}_{path.stem}"
            run(f"create table {table} as select * from "
                f"read_csv({quoted(path)}, header = true, all_varchar = true)")
        run((HERE / "raw/company.sql").read_text(encoding="utf-8"))
        run("create table periods as select period_id, fiscal_quarter, "
            "fiscal_year::bigint as fiscal_year, period_number::bigint as period_number, "
            "starts_on::date as starts_on, ends_on::date as ends_on, "
            "is_adjusting::boolean as is_adjusting from feeds.inputs_calendar")
        columns = "period_id, fiscal_year, period_number, is_adjusting, fiscal_quarter, " \
            "starts_on, ends_on"
        names = ["id", "year", "number", "adjusting", "quarter", "starts", "ends"]
        rows = run(f"select {columns} from periods order by ends_on, period_number").fetchall()
        self.periods = [dict(zip(names, row)) for row in rows]
        self.cubes, self.views = {}, {}
        for name in SYSTEMS:
            cube = RawCube(ROOT / f"sql/cubes/{name}.sql", self)
            cube.load()
            self.cubes[name] = cube
            for view in cube.views:
                self.views.setdefault(view, []).append(cube)
        self.today = self.newest_extraction()

    def newest_extraction(self):
        """The day on which the company is loaded."""
        return DAY(2026, 4, 2)
