"""Which questions may be asked of a project's cubes? Any, by dice, and each kind often enough.

Every question is one that must have an answer: what cannot be told together is left to other
tests. What was in a question is counted under the words of `tags`.
"""
import datetime
import random

import spans

RANKS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
WORDS = [
    "today", "yesterday", "this week", "last week", "this month", "last month", "this quarter",
    "last quarter", "this year", "last year", "last 7 days", "last 30 days", "last 6 weeks",
    "last 13 months", "last 5 quarters", "last 3 years", "next month", "next 2 quarters",
    "from 3 months ago to now", "from 1 year ago to 6 months ago", "from 10 days ago to tomorrow",
]
FISCAL_WORDS = [
    "this fiscal period", "last fiscal period", "this fiscal quarter", "last fiscal quarter",
    "this fiscal year", "last fiscal year", "fiscal year to date",
]
OPERATORS = {
    "text": ["equals", "notEquals", "contains", "notContains", "startsWith", "notStartsWith",
             "endsWith", "notEndsWith", "in", "notIn", "set", "notSet"],
    "number": ["equals", "notEquals", "in", "notIn", "gt", "gte", "lt", "lte", "set", "notSet"],
    "boolean": ["equals", "notEquals", "in", "notIn", "set", "notSet"],
    "date": ["inDateRange", "notInDateRange", "onTheDate", "beforeDate", "beforeOrOnDate",
             "afterDate", "afterOrOnDate", "set", "notSet"],
}
OPERATORS["moment"] = OPERATORS["date"]
# What compares with whole values, of which there may be several.
WHOLE = ("equals", "notEquals", "in", "notIn")
STRANGE = ["nobody", "%", "_", "\\", "'", "\"", "a%b", "' or '1'='1", "", "ß", "茶", "é", "NULL"]


class Dealer:
    """Deals questions over a project; what was dealt is counted once it was answered rightly."""

    def __init__(self, project, seed, dealt):
        self.project = project
        self.dice = random.Random(seed)
        self.dealt = dealt
        self.values = {}
        self.tags = []

    def one_in(self, times):
        return self.dice.randrange(times) == 0

    def tag(self, word):
        self.tags.append(word)

    def deal(self):
        """A question, and what is in it."""
        self.tags = []
        views = sorted(self.project.views)
        new = [name for name, cube in self.project.cubes.items()
               if any(f"hierarchy {name}.{word}" not in self.dealt for word in cube.hierarchies)]
        every = sorted(self.project.cubes)
        cube = self.project.cubes[self.dice.choice(new if new and self.one_in(2) else every)]
        if views and self.one_in(5):
            question = self.of_view(self.dice.choice(views))
        elif cube.rollups and self.one_in(4):
            question = self.of_rollup(cube, self.dice.choice(list(cube.rollups)))
        else:
            question = self.of_cube(cube)
        return question, self.tags

    def of_rollup(self, cube, rollup):
        """A question that a rollup is made for."""
        said = cube.rollups[rollup]
        self.tag(f"meant for {cube.name} {rollup}")
        some = lambda listed: self.dice.sample(listed, self.dice.randrange(1, len(listed) + 1))
        measures = some(said["measures"])[:4]
        question = {"measures": [f"{cube.name}.{word}" for word in measures]}
        listed = [word for word in some(said["dimensions"])[:3]
                  if word not in self.untold(question, [cube])]
        question["dimensions"] = [f"{cube.name}.{word}" for word in listed]
        size = said.get("granularity")
        if size and not self.one_in(5):
            longer = {"week": ["week"], "year": ["year"], "quarter": ["quarter", "year"]}
            size = self.dice.choice(longer.get(size, [size, "quarter", "year"]))
            time = {"dimension": f"{cube.name}.{cube.time}", "granularity": size}
            if size != "week" and self.one_in(2):
                time["dateRange"] = self.dice.choice(["last year", "last 2 years"])
                self.tag("range in words")
            question["timeDimensions"] = [time]
            self.tag(f"granularity {size}")
        plain = [word for word in said["dimensions"]
                 if cube.kind(word) not in ("date", "moment")]
        self.finish(question, cube.name, [cube], plain)
        self.kinds(question, [cube])
        return question

    def of_cube(self, cube):
        if self.one_in(25) and self.may_be_single(cube):
            return self.single_rows(cube)
        question = {"measures": []}
        own = list(cube.measures)
        plain = self.dice.sample(own, min(len(own), self.dice.choice([0, 1, 1, 2, 2, 3, 5])))
        self.time(question, cube.name, cube, plain)
        question["measures"] = self.with_variants(question, cube.name, cube, plain)
        self.dimensions(question, cube)
        if not question["measures"] and not question["dimensions"]:
            question["measures"] = [f"{cube.name}.{self.dice.choice(own)}"]
        self.finish(question, cube.name, [cube], list(cube.dimensions))
        if cube.segments and self.one_in(5):
            segment = self.dice.choice(list(cube.segments))
            question["segments"] = [f"{cube.name}.{segment}"]
            self.tag("segment")
        self.kinds(question, [cube])
        return question

    def of_view(self, view):
        cubes = self.project.views[view]
        chosen = self.dice.sample(cubes, min(len(cubes), self.dice.choice([1, 2, 2, 3])))
        words = [{said["shared"] for said in cube.dimensions.values() if "shared" in said}
                 for cube in chosen]
        shared = sorted(set.intersection(*words))
        measures = [(cube, self.dice.choice(list(cube.measures))) for cube in chosen]
        question = {"measures": [f"{view}.{word}" for _, word in measures]}
        levels = [cube for cube, word in measures if self.is_level(cube, word)]
        times = [word for word in shared if all(cube.shared(word) == cube.time
                                                for cube in chosen)]
        plain = [word for word in shared if all(cube.kind(cube.shared(word)) not in
                                                ("date", "moment") for cube in chosen)]
        plain = [word for word in plain if word not in self.untold(question, chosen)]
        picked = self.dice.sample(plain, min(len(plain), self.dice.choice([0, 1, 1, 2])))
        question["dimensions"] = [f"{view}.{word}" for word in picked]
        if times and self.one_in(2):
            word = self.dice.choice(times)
            sizes = self.sizes(chosen[0], chosen[0].shared(word))
            sizes = [size for size in sizes if size not in spans.CLOCK]
            if not all(self.has_fiscal(cube, cube.shared(word)) for cube in chosen):
                sizes = [size for size in sizes if size not in spans.FISCAL]
            time = {"dimension": f"{view}.{word}", "granularity": self.dice.choice(sizes)}
            if levels or self.one_in(2):
                time["dateRange"] = self.range(chosen[0])
            self.tag(f"granularity {time['granularity']}")
            question["timeDimensions"] = [time]
        self.finish(question, view, chosen, plain)
        self.tag("view" if len(chosen) == 1 else "view over several cubes")
        self.kinds(question, chosen)
        return question

    def kinds(self, question, cubes):
        """Notes what the measures of a question are."""
        for member in question["measures"]:
            word = member.split(".", 1)[1]
            plain, _, variant = word.partition("__")
            said = next(cube.measures[plain] for cube in cubes if plain in cube.measures)
            kind = said["additivity"]
            if kind == "additive":
                kind = said.get("aggregate", "sum")
            self.tag(f"additivity {kind} {said.get('keep', '')}".strip())
            if variant:
                digits = "".join("n" if one.isdigit() else one for one in variant)
                self.tag("variant " + digits.replace("nn", "n"))
        if not question["measures"]:
            self.tag("no measures")

    # Time.

    def has_fiscal(self, cube, dimension):
        return "fiscal" in cube.dimensions[dimension] and self.project.periods

    def sizes(self, cube, dimension):
        found = list(spans.CALENDAR)
        if cube.kind(dimension) == "moment":
            found += spans.CLOCK
        if self.has_fiscal(cube, dimension):
            found += spans.FISCAL
        return found

    def time(self, question, prefix, cube, measures):
        """A time dimension, most often the cube's own."""
        listed = [word for word in cube.dimensions if cube.kind(word) in ("date", "moment")]
        has_levels = any(self.is_level(cube, word) for word in measures)
        if not listed or self.one_in(4):
            return
        word = self.dice.choice(listed)
        if cube.time and (has_levels or not self.one_in(4)):
            word = cube.time
        time = {"dimension": f"{prefix}.{word}"}
        if not self.one_in(4):
            time["granularity"] = self.dice.choice(self.sizes(cube, word))
            if has_levels and time["granularity"] in spans.CLOCK:
                time["granularity"] = "day"
            self.tag(f"granularity {time['granularity']}")
        if self.one_in(9):
            time["compareDateRange"] = [self.range(cube) for _ in range(self.dice.choice([2, 3]))]
            self.tag("compareDateRange")
        elif not self.one_in(3) or "granularity" not in time:
            time["dateRange"] = self.range(cube)
        question["timeDimensions"] = [time]
        others = [one for one in listed if one != word]
        if others and not has_levels and self.one_in(8):
            other = {"dimension": f"{prefix}.{self.dice.choice(others)}"}
            other["dateRange"] = self.range(cube)
            question["timeDimensions"].append(other)
            self.tag("two time dimensions")
        if cube.kind(word) == "moment" and self.one_in(2):
            question["timezone"] = self.dice.choice(
                ["America/New_York", "Asia/Kolkata", "Asia/Shanghai", "UTC", "Europe/London"])
            self.tag("timezone")

    def is_level(self, cube, word):
        said = cube.measures[word]
        if said["additivity"] == "ratio":
            return any(self.is_level(cube, said[side]) for side in ("numerator", "denominator"))
        return said["additivity"] == "semi_additive"

    def range(self, cube):
        """Words, a day, a pair of days, cut anywhere."""
        dice = self.dice.randrange(10)
        if dice < 3:
            self.tag("range in words")
            return self.dice.choice(WORDS)
        if dice < 4 and self.fiscal_today():
            self.tag("range in fiscal words")
            return self.dice.choice(FISCAL_WORDS)
        first = self.some_day(cube)
        if dice < 5:
            self.tag("range of a day")
            return [first.isoformat()]
        if dice < 7:
            first = spans.start_of(first, "month")
            last = spans.shifted(first, self.dice.choice([1, 1, 3, 12])) - spans.DAY
            self.tag("range of whole months")
        else:
            last = first + spans.DAY * self.dice.randrange(500)
            self.tag("range cut anywhere")
        return [first.isoformat(), last.isoformat()]

    def fiscal_today(self):
        """Whether the calendar reaches around the data's day."""
        known = spans.regular(self.project.periods)
        margin = datetime.timedelta(days=400)
        return known and known[0].get("starts") and \
            known[0]["starts"] < self.project.today - margin and \
            self.project.today < known[-1]["ends"]

    def some_day(self, cube):
        """A day near the data; ends of months and leap days more often than others."""
        found = self.known(cube, cube.time, "date") if cube.time else []
        day = self.dice.choice(found) if found else self.project.today
        choice = self.dice.randrange(6)
        if choice == 0:
            return spans.next_start(spans.start_of(day, "month"), "month") - spans.DAY
        if choice == 1:
            return spans.start_of(day, self.dice.choice(["month", "quarter", "week", "year"]))
        if choice == 2:
            return datetime.date(2024, 2, 29)
        return day + spans.DAY * self.dice.randrange(-3, 4)

    def with_variants(self, question, prefix, cube, measures):
        """The measures, and beside some what they were at other times."""
        found = [f"{prefix}.{word}" for word in measures]
        times = question.get("timeDimensions") or []
        if not times or times[0]["dimension"] != f"{prefix}.{cube.time}":
            return found
        size = times[0].get("granularity")
        if size is None or size in spans.CLOCK:
            return found
        has_variant = False
        for word in measures:
            for variant in cube.measures[word].get("over_time", []):
                if variant.startswith("fiscal_") and not self.project.periods:
                    continue
                if fits(variant, size) and self.one_in(3) and len(found) < len(measures) + 3:
                    has_variant = True
                    found.append(f"{prefix}.{word}__{variant}")
                    if self.one_in(3):
                        found.remove(f"{prefix}.{word}") if f"{prefix}.{word}" in found else None
        if has_variant and size in spans.FISCAL:
            times[0].pop("compareDateRange", None)
            times[0].pop("dateRange", None)
            self.tags = [tag for tag in self.tags if not tag.startswith(("compare", "range"))]
            if self.one_in(2) and self.fiscal_today():
                # Whole stretches, and longer ones.
                sizes = spans.FISCAL[spans.FISCAL.index(size):]
                words = self.dice.choice(sizes).replace("_", " ")
                times[0]["dateRange"] = f"{self.dice.choice(['this', 'last'])} {words}"
                self.tag("range in fiscal words")
        return found

    # Dimensions, filters and the rest.

    def untold(self, question, cubes):
        """Dimensions that hold the day or the period of single rows, by which neither levels nor
        what is told of other times can be told."""
        words = [member.split(".", 1)[1].partition("__") for member in question["measures"]]
        is_moving = any(variant for _, _, variant in words) or any(
            self.is_level(cube, word) for word, _, _ in words
            for cube in cubes if word in cube.measures)
        if not is_moving:
            return set()
        found = set()
        for cube in cubes:
            if cube.time:
                columns = cube.dimensions[cube.time].get("fiscal", {}).values()
                own = {word for word in cube.dimensions
                       if word == cube.time or cube.column(word) in columns}
                found |= own | {cube.dimensions[word].get("shared") for word in own}
        return found

    def dimensions(self, question, cube):
        plain = [word for word in cube.dimensions if cube.kind(word) not in ("date", "moment")]
        untold = self.untold(question, [cube])
        fits = lambda word: not untold.intersection(cube.hierarchies[word]["levels"])
        new = [word for word in cube.hierarchies
               if f"hierarchy {cube.name}.{word}" not in self.dealt]
        if new and not any(map(fits, new)):
            # What is left can be asked of no such measure.
            question["measures"], untold = [], set()
        plain = [word for word in plain if word not in untold]
        fitting = [word for word in cube.hierarchies if fits(word)]
        new = [word for word in new if word in fitting]
        if fitting and (new or self.one_in(4)):
            hierarchy = self.dice.choice(new or fitting)
            levels = cube.hierarchies[hierarchy]["levels"]
            picked = levels[:1 + self.dice.randrange(len(levels))]
            self.tag(f"hierarchy {cube.name}.{hierarchy}")
        else:
            picked = self.dice.sample(plain, min(len(plain), self.dice.choice([0, 1, 1, 2, 3])))
        question["dimensions"] = [f"{cube.name}.{word}" for word in picked]

    def finish(self, question, prefix, cubes, dimensions):
        """Filters, totals, order and page."""
        has_variants = any("__" in one for one in question["measures"])
        dimensions = [word for word in dimensions if word not in self.untold(question, cubes)]
        if dimensions and not self.one_in(3):
            question["filters"] = [self.filter(prefix, cubes, dimensions, 0)
                                   for _ in range(self.dice.choice([1, 1, 2]))]
        grouped = question["dimensions"] or any(
            one.get("granularity") for one in question.get("timeDimensions") or [])
        if grouped and question["measures"] and not has_variants and self.one_in(4):
            question["subtotals"] = True
            self.tag("subtotals")
        elif question["measures"] and self.one_in(6):
            self.measure_filter(question, cubes)
        self.order(question)

    def filter(self, prefix, cubes, dimensions, depth):
        if depth < 3 and self.one_in(4):
            word = self.dice.choice(["and", "or"])
            self.tag(f"filters {word}")
            return {word: [self.filter(prefix, cubes, dimensions, depth + 1)
                           for _ in range(self.dice.choice([1, 2, 3]))]}
        word = self.dice.choice(dimensions)
        cube = cubes[0]
        own = word if prefix == cube.name else cube.shared(word)
        kind = cube.kind(own)
        operator = self.dice.choice(OPERATORS[kind])
        self.tag(f"operator {operator}")
        said = {"member": f"{prefix}.{word}", "operator": operator}
        if operator not in ("set", "notSet"):
            said["values"] = self.given(cube, own, kind, operator)
        return said

    def given(self, cube, dimension, kind, operator):
        """Values that rows have, parts of them, and some that none has."""
        known = self.known(cube, dimension, kind)
        if kind in ("date", "moment"):
            day = self.dice.choice(known) if known else self.project.today
            if operator in ("inDateRange", "notInDateRange"):
                if self.one_in(4):
                    return [self.dice.choice(WORDS)]
                return [day.isoformat(), (day + spans.DAY * self.dice.randrange(90)).isoformat()]
            if operator == "onTheDate" and self.one_in(4):
                return [self.dice.choice(["today", "yesterday", "last month"])]
            return [day.isoformat()]
        if kind == "boolean":
            return [self.dice.choice(["true", "false"])]
        if kind == "number":
            count = self.dice.choice([1, 1, 2, 3]) if operator in WHOLE else 1
            return [str(self.dice.choice(known)) if known else "0" for _ in range(count)]
        count = self.dice.choice([1, 1, 2, 4])
        values = []
        for _ in range(count):
            text = self.dice.choice(known) if known and not self.one_in(6) \
                else self.dice.choice(STRANGE)
            if operator not in WHOLE and text:
                text = self.piece(text, operator)
            values.append(text)
        return values

    def piece(self, text, operator):
        """A part of a text, in other letters at times."""
        size = 1 + self.dice.randrange(min(4, len(text)))
        first = self.dice.randrange(len(text) - size + 1)
        if operator.lower().endswith("startswith"):
            first = 0
        if operator.lower().endswith("endswith"):
            first = len(text) - size
        part = text[first:first + size]
        return part.swapcase() if self.one_in(2) and part.isascii() else part

    def measure_filter(self, question, cubes):
        member = self.dice.choice(question["measures"])
        plain = member.split(".", 1)[1].partition("__")[0]
        operator = self.dice.choice(OPERATORS["number"])
        said = {"member": member, "operator": operator}
        if operator not in ("set", "notSet"):
            said["values"] = [self.dice.choice(["0", "1", "-10.5", "100", "2500.25", "0.1"])]
        cube = next(cube for cube in cubes if plain in cube.measures)
        # Least and greatest may be of days, which no number is compared with.
        column = cube.measures[plain].get("column")
        if column and not cube.types[column].startswith(("DECIMAL", "BIGINT", "INTEGER")) and \
                cube.measures[plain].get("aggregate") in ("min", "max"):
            return
        question.setdefault("filters", []).append(said)
        self.tag("filter of a measure")
        self.tag(f"operator {operator}")

    def order(self, question):
        times = [one["dimension"] for one in question.get("timeDimensions") or []
                 if one.get("granularity")]
        members = [*question["measures"], *question["dimensions"], *times]
        if members and self.one_in(3):
            picked = self.dice.sample(members, min(len(members), self.dice.choice([1, 2])))
            pairs = [[one, self.dice.choice(["asc", "desc"])] for one in picked]
            question["order"] = pairs if self.one_in(2) else dict(pairs)
            self.tag("order")
        if self.one_in(4):
            question["limit"] = self.dice.choice([1, 3, 10, 50])
            self.tag("limit")
        if self.one_in(6):
            question["offset"] = self.dice.choice([1, 5, 100_000])
            self.tag("offset beyond the end" if question["offset"] == 100_000 else "offset")
        if self.one_in(5):
            question["total"] = True
            self.tag("total")

    # Single rows.

    def may_be_single(self, cube):
        listed = {cube.column(word) for word in cube.dimensions}
        return set(cube.head.get("grain", ["?"])) <= listed and self.simple(cube)

    def simple(self, cube):
        return [word for word, said in cube.measures.items() if said["additivity"] == "additive"
                and said.get("aggregate", "sum") == "sum"]

    def single_rows(self, cube):
        names = {cube.column(word): word for word in cube.dimensions}
        grain = [names[column] for column in cube.head["grain"]]
        plain = [word for word in cube.dimensions if cube.kind(word) in ("text", "number")
                 and word not in grain]
        grain = [word for word in grain if cube.kind(word) in ("text", "number")]
        if len(grain) != len(cube.head["grain"]):
            return self.of_cube(cube)
        picked = grain + self.dice.sample(plain, min(len(plain), 2))
        question = {"measures": [f"{cube.name}.{self.dice.choice(self.simple(cube))}"],
                    "dimensions": [f"{cube.name}.{word}" for word in picked],
                    "ungrouped": True, "limit": 50_000}
        if plain and self.one_in(2):
            question["filters"] = [self.filter(cube.name, [cube], plain, 0)]
        self.tag("ungrouped")
        return question

    def known(self, cube, dimension, kind):
        """Values of a dimension."""
        key = (cube.name, dimension)
        if key not in self.values:
            column = f'"{cube.column(dimension)}"'
            if kind in ("date", "moment"):
                column = f"cast({column} as date)"
            sql = f"select distinct {column} from {cube.base} where {column} is not null " \
                "order by 1 limit 3000"
            self.values[key] = [row[0] for row in self.project.connection.execute(sql).fetchall()]
        return self.values[key]


def fits(variant, size):
    """Whether a measure's other time can be told by a granularity."""
    if variant in ("previous_period", "year_before"):
        return True
    if variant == "fiscal_year_to_date":
        return True
    if variant == "fiscal_quarter_to_date":
        return size not in ("year", "fiscal_year")
    if variant.endswith("_periods") != (size in spans.FISCAL):
        return False
    if variant.endswith("_to_date"):
        return RANKS.index(size) <= RANKS.index(variant.removesuffix("_to_date"))
    return True
