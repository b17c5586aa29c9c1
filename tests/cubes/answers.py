"""What is the answer to a question of cubes, computed from the rows of their bodies?

Every measure is computed by a query of its own, at every level anew: sums over the days of a
bucket by a range join, levels by the newest count before a day, ratios, medians and averages in
exact decimals. The program does each of these otherwise.
"""
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, getcontext

import spans
from filters import Rows, holds
from project import name, quoted
from ranges import days, moments

getcontext().prec = 80
AGGREGATES = {"sum": "sum({0})", "count": "count({0})", "min": "min({0})", "max": "max({0})"}


@dataclass
class Time:
    """A time dimension of a question."""
    member: str
    granularity: str = None
    span: tuple = None


@dataclass
class Result:
    """Rows by member name, and the names that identify a row."""
    rows: list
    identity: list


class Part:
    """One cube's share of a question."""

    def __init__(self, answerer, cube, question, times):
        self.answerer, self.cube, self.question = answerer, cube, question
        self.project = answerer.project
        self.zone = question.get("timezone") or self.project.zone
        self.times = [(self.own(time.member), time) for time in times]
        self.today, self.known = answerer.today, self.project.reach([cube])[1]
        self.rows = Rows(cube, self.own, self.zone, self.today, self.project.periods)
        self.where = self.condition()

    def own(self, member):
        """The dimension of this cube that a member of a question is."""
        prefix, word = member.split(".", 1)
        return word if prefix == self.cube.name else self.cube.shared(word)

    def condition(self):
        """What every row must be, whatever its day."""
        wanted = [one for one in self.question.get("filters") or []
                  if not self.answerer.is_of_measures(one)]
        conditions = [self.rows.sql(one) for one in wanted]
        for segment in self.question.get("segments") or []:
            column = self.cube.segments[segment.split(".", 1)[1]]["column"]
            conditions.append(f"coalesce({name(column)}, false)")
        return " and ".join(conditions) or "true"

    def within(self, but=None):
        """The condition of the spans of time, but for that of one dimension."""
        conditions = []
        for dimension, time in self.times:
            if time.span and dimension != but:
                local = self.rows.local(dimension)
                first, after = (moment.isoformat(" ") for moment in time.span)
                conditions.append(f"{local} >= timestamp '{first}' and {local} < "
                                  f"timestamp '{after}'")
        return " and ".join(conditions) or "true"

    def day(self, dimension):
        return f"cast({self.rows.local(dimension)} as date)"

    def bucket(self, dimension, size):
        """SQL of the stretch in which a row's moment lies."""
        if size in spans.FISCAL:
            said = self.cube.dimensions[dimension]["fiscal"]
            return f"cast({name(said[size.removeprefix('fiscal_')])} as varchar)"
        local = self.rows.local(dimension)
        if size in spans.CLOCK:
            # Taken off the moment itself: a clock may show the same hour twice.
            moment = name(self.cube.column(dimension))
            since = f"({local} - date_trunc('{size}', {local}))"
            return f"strftime({moment} - {since}, '%Y-%m-%dT%H:%M:%SZ')"
        return self.looked_up(dimension, size)

    def looked_up(self, dimension, size):
        """The stretch by a table of all days that there are."""
        run = self.project.connection.execute
        table = name(f"{self.cube.name} {dimension} {size} {self.zone}")
        if table not in self.answerer.tables:
            self.answerer.tables.add(table)
            found = run(f"select distinct {self.day(dimension)} from {self.cube.base}").fetchall()
            run(f"create temp table {table} (day date, start date)")
            known = [day for (day,) in found if day is not None]
            if known:
                self.project.connection.executemany(
                    f"insert into {table} values (?, ?)",
                    [(day, spans.start_of(day, size)) for day in known])
        return f"(select start from {table} where day = {self.day(dimension)})"

    def reach(self, dimension):
        """First and last day of all rows."""
        day = self.day(dimension)
        sql = f"select min({day}), max({day}) from {self.cube.base}"
        return self.project.connection.execute(sql).fetchone()

    def stretches(self, time, known=None):
        """The buckets of a time dimension, empty ones too; without a span those of known days."""
        span = days(time.span)
        if time.granularity in spans.FISCAL:
            groups = spans.fiscal_groups(time.granularity, self.project.periods)
            whole = {key: spans.fiscal_days(own) for key, own in groups.items()}
            reach = span or known or self.reach(self.own(time.member))
            return [spans.Bucket(key, days, spans.within(days, span))
                    for key, days in whole.items()
                    if reach[0] and days[0] <= reach[1] and reach[0] <= days[1]]
        first, last = span or known or self.reach(self.own(time.member))
        return spans.buckets(time.granularity, first, last, span) if first else []

    # Measures: each gives its value by the values of the kept dimensions.

    def measure(self, word, dimensions, times):
        """The values of a measure, by those of dimensions and then buckets."""
        plain, _, variant = word.partition("__")
        if variant == "share_of_total":
            whole = self.measure(plain, [], []).get(())
            values = self.measure(plain, dimensions, times)
            return {key: quotient(value, whole) for key, value in values.items()}
        said = self.cube.measures[plain]
        if said["additivity"] == "ratio":
            suffix = f"__{variant}" if variant else ""
            above = self.measure(said["numerator"] + suffix, dimensions, times)
            below = self.measure(said["denominator"] + suffix, dimensions, times)
            return {key: quotient(above.get(key), below.get(key)) for key in {**above, **below}}
        if said["additivity"] == "semi_additive":
            return self.level(said, variant, dimensions, times)
        if variant:
            return self.moved(said, variant, dimensions, times)
        return self.plain(said, dimensions, times)

    def columns(self, dimensions, times):
        own = [name(self.cube.column(self.own(one))) for one in dimensions]
        return own + [self.bucket(self.own(time.member), time.granularity) for time in times]

    def plain(self, said, dimensions, times):
        keys = self.columns(dimensions, times)
        where = f"{self.where} and {self.within()}"
        return self.grouped(f"{self.cube.base} as r", keys, said, where)

    def grouped(self, source, keys, said, where):
        """One aggregate by keys, as a dictionary."""
        aggregate, finish = aggregated(said)
        listed = ", ".join([*keys, aggregate])
        places = ", ".join(str(place + 1) for place in range(len(keys)))
        by = f"group by {places}" if keys else ""
        sql = f"select {listed} from {source} where {where} {by}"
        rows = self.project.connection.execute(sql).fetchall()
        return {row[:-1]: finish(row[-1]) for row in rows}

    def moved(self, said, variant, dimensions, times):
        """A measure of other days than the row's own: rows are joined with the days told of."""
        main = times[0]
        own = self.own(main.member)
        keys = self.columns(dimensions, [])
        rest = [self.bucket(self.own(time.member), time.granularity) for time in times[1:]]
        told = self.told(own, variant, main)
        if not told:
            return {}
        values, condition = told
        source = f"{self.cube.base} as r inner join (values {values}) as told "\
            f"(told_key, told_first, told_last) " \
            f"on {condition}"
        where = f"{self.where} and {self.within(but=own)}"
        found = self.grouped(source, [*keys, "told_key", *rest], said, where)
        place, buckets = len(keys), self.stretches(main)
        return {(*key[:place], buckets[key[place]].key, *key[place + 1:]): value
                for key, value in found.items()}

    def told(self, own, variant, time):
        """Of which days or periods each bucket is told, and how a row is found to be of them."""
        rows = []
        for number, bucket in enumerate(self.stretches(time)):
            if time.granularity in spans.FISCAL:
                listed = spans.fiscal_source(variant, time.granularity, bucket.key,
                                             self.project.periods)
                rows += [f"({number}, {quoted(one)}, '')" for one in listed]
            else:
                days_of_it = spans.source(variant, time.granularity, bucket,
                                            self.today, self.project.periods)
                rows.append("({}, date '{}', date '{}')".format(number, *days_of_it))
        if not rows:
            return None
        if time.granularity in spans.FISCAL:
            column = name(self.cube.dimensions[own]["fiscal"]["period"])
            return ", ".join(rows), f"cast({column} as varchar) = told_first"
        return ", ".join(rows), f"{self.day(own)} between told_first and told_last"

    def level(self, said, variant, dimensions, times):
        """What stands at a moment: the newest level of every member that is young enough."""
        own = self.cube.time
        main = [time for time in times if self.own(time.member) == own]
        if main:
            # A level that is still young enough holds until the data end.
            known = None if variant else self.until_known(own)
            listed = [(bucket.key, *self.level_days(variant, main[0], bucket))
                      for bucket in self.stretches(main[0], known)]
        else:
            span = [days(time.span) for at, time in self.times if at == own and time.span]
            first, last = span[0] if span else (self.reach(own)[0], self.known)
            listed = [(None, first, min(last, self.known))] if first else []
        listed = [one for one in listed if one[1] <= one[2]]
        keys = self.columns(dimensions, [time for time in times if time not in main])
        place, found = len(dimensions), {}
        for (number, *group), value in self.held(said, keys, listed).items():
            key, first, last = listed[number]
            if said["keep"] == "average" and value is not None:
                value = Decimal(value) / ((last - first).days + 1)
            full = (*group[:place], key, *group[place:]) if main else tuple(group)
            found[full] = value
        return found

    def until_known(self, own):
        """From the first day of all rows to the last on which levels are known."""
        first = self.reach(own)[0]
        return (min(first, self.known), self.known) if first else None

    def level_days(self, variant, time, bucket):
        """The days whose levels are told of a bucket, up to the last that is known."""
        first, last = bucket.days
        if variant and time.granularity in spans.FISCAL:
            listed = spans.fiscal_source(variant, time.granularity, bucket.key,
                                         self.project.periods)
            own = [one for one in self.project.periods if one["id"] in listed]
            first, last = spans.fiscal_days(own) if own else (first, first - spans.DAY)
        elif variant:
            first, last = spans.source(variant, time.granularity, bucket, self.today,
                                       self.project.periods)
        return first, min(last, self.known)

    def held(self, said, keys, listed):
        """Levels at the first or the last of the days of each stretch, or added up over all."""
        keep = said["keep"]
        rows = [f"({number}, date '{last if keep == 'last' else first}', "
                f"date '{first if keep == 'first' else last}')"
                for number, (_, first, last) in enumerate(listed)]
        if not rows:
            return {}
        age = said.get("max_age_days")
        fresh = f"newest.stretch_day - newest.level_day <= {age}" if age is not None else "true"
        members = ", ".join(name(column) for column in said["member"])
        value, time = name(said["column"]), name(self.cube.column(self.cube.time))
        select = ", ".join(["stretch_number", *keys, f"sum({value})"])
        by = ", ".join(str(place + 1) for place in range(len(keys) + 1))
        sql = f"""
            with known as (
                select *, {self.day(self.cube.time)} as level_day,
                    dense_rank() over (order by {members}) as member_number
                from {self.cube.base}
                where {value} is not null and {time} is not null
            ),
            days as (
                select stretch_number, members.member_number,
                    cast(unnest(generate_series(low, high, interval 1 day)) as date) as stretch_day
                from (values {", ".join(rows)}) as stretches(stretch_number, low, high)
                cross join (select distinct member_number from known) as members
            ),
            -- Rows of one member and day are parts of one level.
            counts as (select distinct member_number, level_day from known),
            newest as (
                select days.stretch_number, days.stretch_day, counts.member_number, counts.level_day
                from days
                asof join counts
                    on days.member_number = counts.member_number
                    and days.stretch_day >= counts.level_day
            ),
            r as (
                select known.*, newest.stretch_number
                from newest
                inner join known using (member_number, level_day)
                where {fresh}
            )
            select {select} from r where {self.where} and {self.others_within()} group by {by}"""
        rows = self.project.connection.execute(sql).fetchall()
        return {row[:-1]: row[-1] for row in rows}

    def others_within(self):
        return self.within(but=self.cube.time)


def aggregated(said):
    """SQL of an aggregate, and what is left to do with its value."""
    as_is = lambda value: value
    if said["additivity"] == "distinct":
        return f"count(distinct {name(said['column'])})", as_is
    column = name(said["column"]) if "column" in said else "*"
    if said["additivity"] == "none":
        return f"list({column}) filter (where {column} is not null)", median
    return AGGREGATES[said.get("aggregate", "sum")].format(column), as_is


def median(values):
    """The middle value, or the exact mean of the two in the middle."""
    if not values:
        return None
    values = sorted(Decimal(value) for value in values)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def quotient(above, below):
    """Six decimals, half away from zero."""
    if above is None or not below:
        return None
    exact = Decimal(above) / Decimal(below)
    return exact.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)


class Answerer:
    """Answers questions over a project."""

    def __init__(self, project):
        self.project = project
        self.tables = set()
        self.today = project.today

    def home(self, member):
        """The cube of a measure."""
        prefix, word = member.split(".", 1)
        if prefix in self.project.cubes:
            return self.project.cubes[prefix]
        plain = word.partition("__")[0]
        return next(cube for cube in self.project.views[prefix] if plain in cube.measures)

    def is_measure(self, member):
        prefix, word = member.split(".", 1)
        plain = word.partition("__")[0]
        cubes = self.project.views.get(prefix) or [self.project.cubes[prefix]]
        return any(plain in cube.measures for cube in cubes)

    def is_of_measures(self, said):
        """Whether a filter, or all of a group, is of measures."""
        for word in ("and", "or"):
            if word in said:
                return any(self.is_of_measures(part) for part in said[word])
        return self.is_measure(said.get("member") or said.get("dimension"))

    def answer(self, question):
        """One result, or one for each span compared."""
        self.today = self.project.reach(self.cubes(question))[0]
        compared = [one.get("compareDateRange") for one in question.get("timeDimensions") or []]
        compared = next((one for one in compared if one), None)
        if not compared:
            return [self.result(question, self.times(question, None))]
        return [self.result(question, self.times(question, said)) for said in compared]

    def cubes(self, question):
        """The cubes that answer."""
        asked = (question.get("measures") or []) + \
            self.filtered_measures(question.get("filters") or [])
        if asked:
            return [self.home(member) for member in asked]
        return [self.project.cubes[question["dimensions"][0].split(".")[0]]]

    def times(self, question, compared):
        found = []
        for one in question.get("timeDimensions") or []:
            said = compared if one.get("compareDateRange") else one.get("dateRange")
            said = [said] if isinstance(said, str) and said[:4].isdigit() else said
            span = moments(said, self.today, self.project.periods) if said else None
            found.append(Time(one["dimension"], one.get("granularity"), span))
        return found

    def result(self, question, times):
        measures = unique(question.get("measures") or [])
        dimensions = unique(question.get("dimensions") or [])
        bucketed = [time for time in times if time.granularity]
        identity = dimensions + [f"{time.member}.{time.granularity}" for time in bucketed]
        parts = {}
        asked = unique(measures + self.filtered_measures(question.get("filters") or []))
        for member in asked or [dimensions[0]]:
            cube = self.home(member) if asked else self.project.cubes[member.split(".")[0]]
            parts.setdefault(cube.name, (Part(self, cube, question, times), []))[1].append(member)
        if question.get("ungrouped"):
            return self.single(parts, dimensions, identity)
        rows = []
        for kept in reversed(levels(len(identity), question.get("subtotals"))):
            own = (dimensions[:kept], bucketed[:max(0, kept - len(dimensions))])
            rows += self.at_level(parts, bool(asked), own, identity, kept)
        having = [one for one in question.get("filters") or [] if self.is_of_measures(one)]
        rows = [row for row in rows
                if all(holds(one, row, lambda member: member) for one in having)]
        for row in rows:
            for member in set(asked) - set(measures):
                del row[member]
        for row in rows:
            self.mark(row, parts, bucketed)
        return Result(rows, identity)

    def single(self, parts, dimensions, identity):
        """Every row for itself; of sums the value that is summed."""
        part, members = next(iter(parts.values()))
        plain = [part.cube.measures[member.split(".", 1)[1]] for member in members]
        listed = part.columns(dimensions, []) + [name(said["column"]) for said in plain]
        sql = f"select {', '.join(listed)} from {part.cube.base} as r " \
            f"where {part.where} and {part.within()}"
        found = self.project.connection.execute(sql).fetchall()
        rows = [dict(zip([*identity, *members], row)) for row in found]
        return Result(rows, identity)

    def filtered_measures(self, said):
        found = []
        for one in said:
            inner = one.get("and") or one.get("or")
            if inner:
                found += self.filtered_measures(inner)
            elif self.is_measure(one.get("member") or one.get("dimension")):
                found.append(one.get("member") or one.get("dimension"))
        return found

    def at_level(self, parts, has_measures, own, identity, kept):
        """The rows of one level, every measure computed anew."""
        dimensions, times = own
        values, keys = {}, {}
        for part, members in parts.values():
            if not has_measures:
                said = {"additivity": "additive", "aggregate": "count"}
                keys.update(dict.fromkeys(part.plain(said, dimensions, times)))
                continue
            for member in members:
                word = member.split(".", 1)[1]
                values[member] = part.measure(word, dimensions, times)
                keys.update(dict.fromkeys(values[member]))
        if kept == 0:
            keys = {(): None}
        rows = []
        for key in keys:
            row = {word: None for word in identity}
            row.update(zip(identity, key))
            row.update({member: found.get(key) for member, found in values.items()})
            row["__level"] = kept
            rows.append(row)
        return rows

    def mark(self, row, parts, bucketed):
        """Says of every bucket whether it is cut off."""
        part = next(iter(parts.values()))[0]
        for time in bucketed:
            column = f"{time.member}.{time.granularity}"
            key = row[column]
            if key is None or time.granularity in spans.CLOCK:
                continue
            if time.granularity in spans.FISCAL:
                groups = spans.fiscal_groups(time.granularity, self.project.periods)
                whole = spans.fiscal_days(groups[key]) if key in groups else None
            else:
                whole = (key, spans.next_start(key, time.granularity) - spans.DAY)
            is_cut = whole and (spans.within(whole, days(time.span)) != whole
                                or part.today < whole[1])
            row[f"{column}.isPartial"] = bool(is_cut)


def unique(names):
    """Names in their order, each once."""
    return list(dict.fromkeys(names))


def levels(count, has_subtotals):
    """How many of the identifying columns each level keeps."""
    return list(range(count + 1)) if has_subtotals else [count]
