"""Which rows does a filter keep? Said in SQL of DuckDB, and of values in plain Python.

Texts are compared by their lower-case letters where Cube ignores case; a negation keeps rows
without a value, except that of a span of dates.
"""
from decimal import Decimal

from project import name, quoted
from ranges import moments

TEXTS = {
    "contains": "contains({column}, {value})",
    "startsWith": "starts_with({column}, {value})",
    "endsWith": "suffix({column}, {value})",
}
COMPARED = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
DATES = ("inDateRange", "notInDateRange", "onTheDate", "beforeDate", "beforeOrOnDate",
         "afterDate", "afterOrOnDate")


def negated(operator):
    """The operator that a `not...` one turns round; nothing for others."""
    if operator.startswith("not") and operator not in ("notSet", "notInDateRange"):
        return operator[3].lower() + operator[4:]
    return None


class Rows:
    """Turns filters of dimensions into SQL over a cube's rows."""

    def __init__(self, cube, find, zone, today, periods):
        self.cube, self.find, self.zone = cube, find, zone
        self.today, self.periods = today, periods

    def local(self, dimension):
        """A time dimension as the clock on the wall shows it."""
        column = name(self.cube.column(dimension))
        if self.cube.kind(dimension) == "moment":
            return f"timezone({quoted(self.zone)}, {column})"
        return f"cast({column} as timestamp)"

    def sql(self, said):
        """The condition of a filter, or of a group of them."""
        for word, joint in (("and", " and "), ("or", " or ")):
            if word in said:
                parts = [self.sql(part) for part in said[word]]
                return f"({joint.join(parts)})" if parts else "true"
        dimension = self.find(said.get("member") or said.get("dimension"))
        return f"({self.one(dimension, said['operator'], said.get('values') or [])})"

    def one(self, dimension, operator, values):
        column = name(self.cube.column(dimension))
        if operator == "set":
            return f"{column} is not null"
        if operator == "notSet":
            return f"{column} is null"
        if operator in DATES:
            return self.dates(dimension, operator, values)
        if positive := negated(operator):
            return f"{column} is null or not ({self.one(dimension, positive, values)})"
        if operator in TEXTS:
            lower = [quoted(value.lower()) for value in values]
            column = f"lower(cast({column} as varchar))"
            return " or ".join(TEXTS[operator].format(column=column, value=one) for one in lower)
        if operator in COMPARED:
            return f"{column} {COMPARED[operator]} {self.literal(dimension, values[0])}"
        assert operator in ("equals", "in"), operator
        return " or ".join(f"{column} = {self.literal(dimension, one)}" for one in values)

    def literal(self, dimension, value):
        """A value as SQL of the column's kind writes it."""
        kind = self.cube.kind(dimension)
        if kind == "number":
            return f"cast({quoted(value)} as decimal(38, 10))"
        if kind == "boolean":
            return value
        if kind == "date":
            return f"date {quoted(value[:10])}"
        if kind == "moment":
            return f"timezone({quoted(self.zone)}, timestamp {quoted(value)})"
        return quoted(value)

    def dates(self, dimension, operator, values):
        local = self.local(dimension)
        is_spoken = len(values) == 1 and not values[0][:1].isdigit()
        span = moments(values[0] if is_spoken else values, self.today, self.periods)
        first, after = (f"timestamp '{moment.isoformat(' ')}'" for moment in span)
        return {
            "inDateRange": f"{local} >= {first} and {local} < {after}",
            "onTheDate": f"{local} >= {first} and {local} < {after}",
            "notInDateRange": f"{local} < {first} or {local} >= {after}",
            "beforeDate": f"{local} < {first}",
            "beforeOrOnDate": f"{local} < {after}",
            "afterDate": f"{local} >= {after}",
            "afterOrOnDate": f"{local} >= {first}",
        }[operator]


def holds(said, row, find):
    """Whether a row of measures passes a filter."""
    if "and" in said:
        return all(holds(part, row, find) for part in said["and"])
    if "or" in said:
        return any(holds(part, row, find) for part in said["or"])
    value = row[find(said.get("member") or said.get("dimension"))]
    operator, values = said["operator"], [Decimal(one) for one in said.get("values") or []]
    if operator == "set":
        return value is not None
    if operator == "notSet":
        return value is None
    if operator in ("notEquals", "notIn"):
        return value is None or value not in values
    if value is None:
        return False
    return {
        "equals": lambda: value in values,
        "in": lambda: value in values,
        "gt": lambda: value > values[0],
        "gte": lambda: value >= values[0],
        "lt": lambda: value < values[0],
        "lte": lambda: value <= values[0],
    }[operator]()
