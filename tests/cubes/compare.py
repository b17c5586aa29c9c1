"""Are two answers one and the same: rows, values, order, page and count?

What the program gave comes as texts by column; what is expected as values by member.
"""
import datetime
from decimal import ROUND_HALF_UP, Decimal


LIMIT = 10_000


def plain(value):
    """A value as text, the same for equal values."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        if value.tzinfo:
            value = value.astimezone(datetime.timezone.utc)
        return value.strftime("%Y-%m-%dT%H:%M:%S") + fraction(value) + "Z"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (int, float, Decimal)):
        value = Decimal(value)
        return "0" if value == 0 else format(value.normalize(), "f")
    return value


def fraction(moment):
    return f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""


def is_number(value):
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def same(expected, given):
    """Whether a text is a value; an average is known to as many digits as the text has."""
    if expected is None or given is None:
        return expected is None and given is None
    if not is_number(expected):
        return plain(expected) == given
    given, expected = Decimal(given), Decimal(expected)
    if given == expected:
        return True
    digits = -given.as_tuple().exponent
    return digits >= 6 and given == expected.quantize(given, rounding=ROUND_HALF_UP)


def is_nothing(value):
    """A count of no rows may be told as 0 or left out."""
    return value is None or value in ("0", 0)


def identity(row, names):
    return (row.get("__level"), *(plain(row[name]) for name in names))


def ordered(result, question, measures):
    """The rows in the order of the question, or in Cube's own."""
    rows = sorted(result.rows, key=lambda row: [ascending(row[name]) for name in result.identity])
    if question.get("subtotals"):
        rows = nested(rows, result.identity)
    for member, direction in reversed(order_of(question, measures)):
        rows.sort(key=lambda row: ascending(row[member]) if direction == "asc"
                  else descending(row[member]))
    return rows


def order_of(question, measures):
    """Pairs of column and direction."""
    said = question.get("order")
    if said:
        pairs = list(said.items()) if isinstance(said, dict) else [tuple(one) for one in said]
        return [(bucketed(member, question), direction) for member, direction in pairs]
    if question.get("subtotals"):
        return []
    for one in question.get("timeDimensions") or []:
        if one.get("granularity"):
            return [(f"{one['dimension']}.{one['granularity']}", "asc")]
    if measures:
        return [(measures[0], "desc")]
    return []


def bucketed(member, question):
    """The column that a member of an order is."""
    if member in (question.get("dimensions") or []):
        return member
    for one in question.get("timeDimensions") or []:
        if one["dimension"] == member and one.get("granularity"):
            return f"{member}.{one['granularity']}"
    return member


def key_of(value):
    if is_number(value) or isinstance(value, bool):
        return Decimal(value)
    return plain(value)


def ascending(value):
    """Nothing comes last."""
    return (1, "") if value is None else (0, key_of(value))


class Backwards:
    """Turns an order round."""

    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        return other.value < self.value

    def __eq__(self, other):
        return self.value == other.value


def descending(value):
    """Nothing comes last here too."""
    return (1, "") if value is None else (0, Backwards(key_of(value)))


def nested(rows, names):
    """Every total after the rows that it sums."""
    def key(row):
        kept = row["__level"]
        return [(0, ascending(row[name])) if place < kept else (1, (0, ""))
                for place, name in enumerate(names)]
    return sorted(rows, key=key)


def page(rows, question):
    """The rows that limit and offset leave."""
    first = question.get("offset") or 0
    limit = question.get("limit")
    return rows[first:first + (LIMIT if limit is None else limit)]


def differences(question, results, given):
    """What is wrong with an answer; an empty list where nothing is."""
    if len(results) != len(given):
        return [f"{len(given)} results, expected {len(results)}"]
    faults = []
    for place, (result, part) in enumerate(zip(results, given)):
        faults += [f"result {place}: {fault}" for fault in of_part(question, result, part)]
    return faults


def of_part(question, result, part):
    measures = list(dict.fromkeys(question.get("measures") or []))
    columns = part["columns"]
    wanted = [*result.identity, *measures]
    missing = [name for name in wanted if name not in columns]
    if missing:
        return [f"columns {columns} lack {missing}"]
    every = ordered(result, question, measures)
    expected = page(every, question)
    rows = [dict(zip(columns, row)) for row in part["rows"]]
    for row in rows:
        if row.get("__level") is not None:
            row["__level"] = int(row["__level"])
    if not question.get("subtotals"):
        for row in expected:
            row.pop("__level", None)
    faults = values_differ(result.identity, measures, expected, rows, question)
    if not faults and not question.get("ungrouped"):
        there = [identity(row, result.identity) for row in rows]
        sound = [identity(row, result.identity) for row in expected]
        if there != sound:
            place = next(at for at, pair in enumerate(zip(there, sound)) if pair[0] != pair[1])
            faults.append(f"row {place} is {there[place]}, the order says {sound[place]}")
    if question.get("total") and part.get("total") != len(every):
        faults.append(f"total {part.get('total')}, expected {len(every)}")
    is_cut = len(every) > (question.get("offset") or 0) + len(expected)
    if part.get("truncated") is not None and part["truncated"] != is_cut:
        faults.append(f"truncated is {part['truncated']}, expected {is_cut}")
    return faults


def values_differ(names, measures, expected, rows, question):
    """Rows that are missing, too many, or hold other values."""
    theirs, ours, faults = {}, {}, []
    for found, listed in ((theirs, rows), (ours, expected)):
        for row in listed:
            found.setdefault(identity(row, names), []).append(row)
    is_united = len(measures) > 1
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        sound, given = ours.get(key, []), theirs.get(key, [])
        if len(sound) != len(given):
            faults.append(f"{key}: {len(given)} rows, expected {len(sound)}")
            continue
        for want, have in zip(sound, given):
            for column in [*measures, *(one for one in want if one.endswith(".isPartial"))]:
                if same(want.get(column), have.get(column)):
                    continue
                if is_united and is_nothing(want.get(column)) and is_nothing(have.get(column)):
                    continue
                if column.endswith(".isPartial") and question.get("subtotals"):
                    if want.get(column) is None and have.get(column) == "false":
                        continue
                faults.append(f"{key} {column}: {have.get(column)}, expected "
                              f"{plain(want.get(column))}")
    return faults


def totals_add_up(question, additive, part):
    """Rows of each level must add to those of the level above, measure by measure."""
    names = [name for name in part["columns"] if name not in additive and name != "__level"
             and not name.endswith(".isPartial")]
    names = [name for name in names if name in (question.get("dimensions") or [])
             or any(name == f"{one['dimension']}.{one.get('granularity')}"
                    for one in question.get("timeDimensions") or [])]
    rows = [dict(zip(part["columns"], row)) for row in part["rows"]]
    faults = []
    for kept in range(len(names)):
        for measure in additive:
            sums, said = {}, {}
            for row in rows:
                key = tuple(row[name] for name in names[:kept])
                value = None if row[measure] is None else Decimal(row[measure])
                if int(row["__level"]) == kept + 1 and value is not None:
                    sums[key] = sums.get(key, 0) + value
                if int(row["__level"]) == kept:
                    said[key] = value
            for key, value in said.items():
                if (value or 0) != sums.get(key, 0):
                    faults.append(f"{measure} of {key} is {value}, its rows add to "
                                  f"{sums.get(key)}")
    return faults


