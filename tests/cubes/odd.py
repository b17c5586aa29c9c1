#!/usr/bin/env python3
"""What does a company look like whose rows are as odd as rows may be?

    tests/cubes/odd.py SEED FOLDER

Writes a project without systems: two facts of random rows, a calendar of 4-4-5 weeks with adjusting
periods, and cubes with every kind of measure. Rows lack values, lie at the ends of periods, on leap
days and in hours that clocks have twice or not at all; texts hold quotes, percent signs and
characters of other scripts.
"""
import datetime
import pathlib
import random
import sys
import zoneinfo

ZONE = "Europe/Berlin"
MOVES, LEVELS = 700, 260
DAY = datetime.timedelta(days=1)
SETTINGS = f"""name = "Odd"
time_zone = "{ZONE}"
functional_currency = "EUR"
reporting_currency = "EUR"
languages = ["en"]

[calendar]
kind = "months"
first_month = 1

[periods]
table = "marts.dim_periods"
period = "period_id"
order = ["ends_on", "period_number"]
adjusting = "is_adjusting"
year = "fiscal_year"
number = "period_number"
quarter = "fiscal_quarter"
starts = "starts_on"
ends = "ends_on"
"""
# Shop, city, country; one shop lies nowhere, one has no name.
SHOPS = [
    ("Tea & Co", "Berlin", "Germany"), ("tea & co", "Berlin", "Germany"),
    ("O'Neil", "Dublin", "Ireland"), ('"Quoted"', "Dublin", "Ireland"),
    ("100%", "Paris", "France"), ("a_b", "Paris", "France"), ("aXb", "Paris", "France"),
    ("a\\b", "Lyon", "France"), ("Café", "Lyon", "France"), ("CAFÉ", "Lyon", "France"),
    ("cafe", "Berlin", "Germany"), ("茶馆", "上海", "中国"), ("茶", "上海", "中国"),
    ("", "上海", "中国"), (" lead", "Roma", "Italia"), ("trail ", "Roma", "Italia"),
    ("NULL", None, None), (None, "Roma", "Italia"), ("1; --", "Roma", "Italia"),
]
INSTANTS = [
    "2026-03-29 00:30:00", "2026-03-29 00:59:59", "2026-03-29 01:00:00", "2026-03-29 01:30:00",
    "2025-10-26 00:15:00", "2025-10-26 00:45:10", "2025-10-26 01:15:00", "2025-10-26 01:45:10",
    "2025-12-31 22:59:59", "2025-12-31 23:00:00", "2024-02-29 11:00:00", "2024-02-28 23:30:00",
    "2026-03-31 21:59:59", "2026-03-31 22:00:00", "2025-02-28 12:00:00", "2025-03-31 12:00:00",
]
MOVING = ("previous_period year_before month_to_date quarter_to_date year_to_date "
          "rolling_28_days rolling_3_months").split()
FISCAL = "fiscal_quarter_to_date fiscal_year_to_date rolling_12_periods".split()


def calendar():
    """Periods of 4, 4 and 5 weeks from Monday, 2 October 2023, with a day of corrections a year."""
    found, start = [], datetime.date(2023, 10, 2)
    for year in range(2024, 2028):
        for number in range(1, 13):
            end = start + DAY * (7 * (5 if number % 3 == 0 else 4) - 1)
            quarter = f"FY{year % 100}-Q{(number - 1) // 3 + 1}"
            period = f"FY{year % 100}-P{number:02}"
            found.append((period, quarter, year, number, False, start, end))
            start = end + DAY
        found.append((f"FY{year % 100}-P13", quarter, year, 13, True, end, end))
    return found


def place(day, dice, periods):
    """Period, quarter and year of a day; at times that of corrections, or the one before."""
    if day is None:
        return None, None, None
    at = next(at for at, one in enumerate(periods) if one[5] <= day <= one[6])
    if periods[at][3] == 12 and dice.randrange(4) == 0:
        at += 1
    elif at and dice.randrange(20) == 0:
        at -= 1
    return periods[at][:3]


def some_instant(dice):
    if dice.randrange(6) == 0:
        return datetime.datetime.fromisoformat(dice.choice(INSTANTS))
    first = datetime.datetime(2023, 12, 20)
    seconds = dice.randrange(int((datetime.datetime(2026, 5, 20) - first).total_seconds()))
    return first + datetime.timedelta(seconds=seconds)


def or_nothing(dice, times, value):
    return None if dice.randrange(times) == 0 else value


def moves(dice, periods):
    """Rows of the additive fact."""
    zone, rows = zoneinfo.ZoneInfo(ZONE), []
    for number in range(MOVES):
        at = some_instant(dice)
        local = at.replace(tzinfo=datetime.timezone.utc).astimezone(zone).date()
        on = or_nothing(dice, 40, local)
        shop, city, country = dice.choice(SHOPS)
        amount = or_nothing(dice, 15, f"{dice.randrange(-900_000, 1_000_000) / 10_000:.4f}")
        if dice.randrange(8) == 0:
            amount = dice.choice(["25.5000", "-25.5000", "0.0000"])
        rows.append([
            f"M{number}", or_nothing(dice, 30, at), on,
            or_nothing(dice, 10, (on or local) + DAY * dice.randrange(-40, 90)),
            *place(on, dice, periods), shop, city, country,
            or_nothing(dice, 5, f"K{dice.randrange(30)}"),
            dice.choice(["sale", "return", None, "gift"]),
            or_nothing(dice, 6, dice.randrange(2) == 0), or_nothing(dice, 6, dice.randrange(5)),
            amount, or_nothing(dice, 9, f"{dice.randrange(500_000) / 10_000:.4f}"),
            or_nothing(dice, 9, dice.randrange(-5, 20)), or_nothing(dice, 9, dice.randrange(200)),
        ])
    return rows


def levels(dice, periods):
    """Counts of stock: sparse, and of members that stop being counted."""
    rows, seen, last = [], set(), {}
    while len(rows) < LEVELS:
        house, item = dice.choice(["W1", "W2", "W'3", None]), dice.choice(["tea", "pot", "cup"])
        on = some_instant(dice).date()
        if (house, item, on) in seen:
            continue
        seen.add((house, item, on))
        if last.setdefault((house, item), dice.choice([None, datetime.date(2025, 9, 30)])) and \
                on > last[house, item]:
            continue
        rows.append([
            f"L{len(rows)}", on, *place(on, dice, periods), house, item,
            {"W1": "Germany", "W2": "France"}.get(house), dice.choice(["shelf", "cellar", None]),
            or_nothing(dice, 12, dice.randrange(-3, 500)),
            or_nothing(dice, 6, f"{dice.randrange(9_000_000) / 10_000:.4f}"),
        ])
    return rows


def written(value):
    """A value as SQL writes it; all of a column are texts."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        value = str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"


def mart(description, columns, rows):
    """A table of fixed rows."""
    said = "".join(f'{name} = "Odd."\n' for name, _ in columns)
    cast = {"text": "text", "date": "date", "integer": "bigint", "boolean": "boolean",
            "amount": "decimal(18, 4)", "moment": "timestamp"}
    select = ",\n".join(f"    cast({name} as {cast[kind]}) as {name}" for name, kind in columns)
    values = ",\n".join("    (" + ", ".join(map(written, row)) + ")" for row in rows)
    names = ", ".join(name for name, _ in columns)
    return (f'/*---\ndescription = "{description}"\ngrain = ["{columns[0][0]}"]\n[columns]\n{said}'
            f"---*/\nselect\n{select}\nfrom (\n    values\n{values}\n) as listed ({names})\n")


PERIOD_COLUMNS = [("period_id", "text"), ("fiscal_quarter", "text"), ("fiscal_year", "integer"),
                  ("period_number", "integer"), ("is_adjusting", "boolean"),
                  ("starts_on", "date"), ("ends_on", "date")]
MOVE_COLUMNS = [("row_id", "text"), ("happened_at", "moment"), ("happened_on", "date"),
                ("due_on", "date"), ("period_id", "text"), ("fiscal_quarter", "text"),
                ("fiscal_year", "integer"), ("shop", "text"), ("city", "text"),
                ("country", "text"), ("buyer", "text"), ("kind", "text"), ("is_first", "boolean"),
                ("rank", "integer"), ("amount", "amount"), ("cost", "amount"),
                ("pieces", "integer"), ("minutes", "integer")]
LEVEL_COLUMNS = [("level_id", "text"), ("counted_on", "date"), ("period_id", "text"),
                 ("fiscal_quarter", "text"), ("fiscal_year", "integer"), ("house", "text"),
                 ("item", "text"), ("country", "text"), ("spot", "text"), ("stock", "integer"),
                 ("worth", "amount")]


def table(kind, **said):
    """A block of a head."""
    text = lambda value: str(value) if isinstance(value, int) else \
        "[" + ", ".join(f'"{one}"' for one in value) + "]" if isinstance(value, list) else \
        value if value.startswith("{") else f'"{value}"'
    return f"[{kind}]\n" + "".join(f"{key} = {text(value)}\n" for key, value in said.items())


LABEL = '{ en = "Odd" }'
FISCAL_PLACE = '{ period = "period_id", quarter = "fiscal_quarter", year = "fiscal_year" }'


def dimension(word, **said):
    return table(f"dimensions.{word}", label=LABEL, description=f"Its {word}.", **said)


def measure(word, additivity, moving, **said):
    return table(f"measures.{word}", label=LABEL, description=f"Its {word}.",
                 additivity=additivity, over_time=moving, **said)


def measures(moving, mark=""):
    """Every kind of measure that rows can have."""
    kinds = [
        ("net", "additive", {"column": "amount"}), ("cost", "additive", {"column": "cost"}),
        ("pieces", "additive", {"column": "pieces", "aggregate": "sum"}),
        ("rows", "additive", {"aggregate": "count"}),
        ("ranked", "additive", {"column": "rank", "aggregate": "count"}),
        ("least", "additive", {"column": "amount", "aggregate": "min"}),
        ("most", "additive", {"column": "pieces", "aggregate": "max"}),
        ("margin", "ratio", {"numerator": f"{mark}net", "denominator": f"{mark}cost"}),
        ("net_a_row", "ratio", {"numerator": f"{mark}net", "denominator": f"{mark}rows"}),
        ("net_a_buyer", "ratio", {"numerator": f"{mark}net", "denominator": f"{mark}buyers"}),
        ("buyers", "distinct", {"column": "buyer"}), ("shops", "distinct", {"column": "shop"}),
        ("middle", "none", {"column": "minutes", "aggregate": "median"}),
        ("middle_net", "none", {"column": "amount", "aggregate": "median"}),
    ]
    return "\n".join(measure(mark + word, kind, moving, **said) for word, kind, said in kinds)


def stock(moving):
    """Levels: the last, the first, the average; of one age and of any."""
    member = ["house", "item"]
    own = [("closing", "last", "stock", 45), ("opening", "first", "stock", 45),
           ("average_stock", "average", "stock", 45), ("closing_worth", "last", "worth", None),
           ("average_worth", "average", "worth", 100)]
    found = []
    for word, keep, column, age in own:
        more = {"max_age_days": age} if age else {}
        found.append(measure(word, "semi_additive", moving, column=column, keep=keep,
                             member=member, **more))
    found.append(measure("counts", "additive", moving, aggregate="count"))
    found.append(measure("worth_a_piece", "ratio", moving, numerator="closing_worth",
                         denominator="closing"))
    return "\n".join(found)


def rollup(word, dimensions, kept, **said):
    return table(f"rollups.{word}", dimensions=dimensions, measures=kept, **said)


def cube(description, grain, time, parts, columns, fact):
    grain = ", ".join(f'"{column}"' for column in grain)
    select = ",\n".join(f"    {column}" for column, _ in columns)
    head = f'description = "{description}"\ngrain = [{grain}]\nlabel = {LABEL}\n' \
        f'time = "{time}"\n'
    return f"/*---\n{head}{''.join(parts)}---*/\nselect\n{select}\nfrom {fact}\n"


def cubes():
    """The cubes by name."""
    plain = ["row_id", "shop", "city", "buyer", "kind", "is_first", "rank"]
    sums = ["net", "cost", "rows", "pieces", "margin", "net_a_row"]
    head = [dimension(word) for word in plain]
    places = [table("hierarchies.places", label=LABEL, levels=["country", "city", "shop"]),
              table("hierarchies.people", label=LABEL, levels=["kind", "buyer"]),
              table("segments.firsts", label=LABEL, description="First ones.",
                    column="is_first")]
    own = [
        'views = ["odd"]\n', *head, dimension("country", shared="country"), dimension("due_on"),
        dimension("happened_at"), dimension("happened_on", shared="day", fiscal=FISCAL_PLACE),
        *places, measures(MOVING + FISCAL),
        rollup("monthly", ["country", "city"], sums + ["least", "most"], granularity="month"),
        rollup("monthly_more", ["country", "city", "shop", "is_first"], sums + ["ranked"],
               granularity="month"),
        rollup("daily", ["shop", "kind"], sums + ["least"], granularity="day"),
        rollup("weekly", ["shop"], ["net", "rows"], granularity="week"),
        rollup("quarterly", ["kind", "rank"], sums, granularity="quarter"),
        rollup("yearly", ["buyer", "kind"], [*sums, "buyers", "net_a_buyer"], granularity="year"),
        rollup("timeless", ["buyer", "kind", "is_first"], [*sums, "most", "buyers"]),
    ]
    moments = [*head, dimension("country"), dimension("happened_on"), dimension("happened_at"),
               *places, measures(MOVING, "m_"),
               rollup("by_shop", ["shop"], ["m_net", "m_rows", "m_cost", "m_margin"])]
    counted = ['views = ["odd"]\n', *[dimension(word) for word in ("level_id", "house", "item",
                                                                 "spot")],
               dimension("country", shared="country"),
               dimension("counted_on", shared="day", fiscal=FISCAL_PLACE),
               table("hierarchies.stores", label=LABEL, levels=["country", "house", "item"]),
               stock(MOVING + FISCAL),
               rollup("monthly", ["house"], ["counts"], granularity="month")]
    return {
        "odd_moves": cube("Odd moves.", ["row_id"], "happened_on", own, MOVE_COLUMNS,
                          "marts.fct_moves"),
        "odd_moments": cube("Odd moments.", ["row_id"], "happened_at", moments, MOVE_COLUMNS,
                            "marts.fct_moves"),
        "odd_levels": cube("Odd levels.", ["house", "item", "counted_on"], "counted_on", counted,
                           LEVEL_COLUMNS, "marts.fct_levels"),
    }


def main():
    seed, folder = sys.argv[1:]
    dice, root, periods = random.Random(seed), pathlib.Path(folder), calendar()
    files = {
        "warehouse/project.toml": SETTINGS,
        "warehouse/systems.toml": "",
        "sql/marts/dim_periods.sql": mart("Periods.", PERIOD_COLUMNS, periods),
        "sql/marts/fct_moves.sql": mart("Moves.", MOVE_COLUMNS, moves(dice, periods)),
        "sql/marts/fct_levels.sql": mart("Levels.", LEVEL_COLUMNS, levels(dice, periods)),
    }
    files.update({f"sql/cubes/{name}.sql": text for name, text in cubes().items()})
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
