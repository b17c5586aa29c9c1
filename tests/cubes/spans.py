"""Which days belong to a bucket, to the span before it, to a year before, to date, to rolling ones?

Every answer is a pair of first and last day, found by counting days on the calendar; the program
enumerates source units instead.
"""
import calendar
import datetime
from dataclasses import dataclass

DAY = datetime.timedelta(days=1)
CALENDAR = ("day", "week", "month", "quarter", "year")
CLOCK = ("second", "minute", "hour")
FISCAL = ("fiscal_period", "fiscal_quarter", "fiscal_year")


def start_of(day, size):
    """The first day of the stretch that holds a day."""
    if size == "day":
        return day
    if size == "week":
        return day - DAY * day.weekday()
    if size == "month":
        return day.replace(day=1)
    if size == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1)


def shifted(day, months):
    """The same day of another month, or the last one where that month is shorter."""
    place = day.year * 12 + day.month - 1 + months
    year, month = place // 12, place % 12 + 1
    return day.replace(year=year, month=month,
                       day=min(day.day, calendar.monthrange(year, month)[1]))


def next_start(start, size):
    """The first day of the stretch after the one that begins on a day."""
    if size == "day":
        return start + DAY
    if size == "week":
        return start + 7 * DAY
    return shifted(start, {"month": 1, "quarter": 3, "year": 12}[size])


@dataclass(frozen=True)
class Bucket:
    """A stretch of time with its name; its days as far as the question reaches."""
    key: object
    whole: tuple
    days: tuple


def within(whole, span):
    """The days of a stretch that a span reaches."""
    return (max(whole[0], span[0]), min(whole[1], span[1])) if span else whole


def buckets(size, first, last, span):
    """The stretches that touch the days from first to last."""
    found, start = [], start_of(first, size)
    while start <= last:
        whole = (start, next_start(start, size) - DAY)
        found.append(Bucket(start, whole, within(whole, span)))
        start = next_start(start, size)
    return found


def back(bucket, size, months):
    """A bucket's days so many months before: natural ends stay natural ends."""
    start = shifted(bucket.whole[0], -months)
    first, last = bucket.days
    low = start if first == bucket.whole[0] else shifted(first, -months)
    natural = next_start(start, size) - DAY
    return low, natural if last == bucket.whole[1] else shifted(last, -months)


def source(variant, size, bucket, today, periods):
    """First and last day of what is told of a bucket; the last first where nothing is."""
    first, last = bucket.days
    if variant == "previous_period":
        if size in ("day", "week"):
            step = DAY if size == "day" else 7 * DAY
            return first - step, last - step
        return back(bucket, size, {"month": 1, "quarter": 3, "year": 12}[size])
    if variant == "year_before":
        if size == "week":
            return first - 364 * DAY, last - 364 * DAY
        return back(bucket, size, 12)
    if variant.startswith("fiscal_"):
        groups = fiscal_groups(variant.removesuffix("_to_date"), regular(periods)).values()
        own = [fiscal_days(group) for group in groups]
        return next(((low, last) for low, high in own if low <= last <= high), (last, last - DAY))
    if variant.endswith("_to_date"):
        return start_of(last, variant.removesuffix("_to_date")), last
    # What rolls ends with the data, where the data ends within the bucket.
    last = today if first <= today <= last else last
    _, count, unit = variant.split("_")
    if unit == "days":
        return last - DAY * (int(count) - 1), last
    return shifted(last + DAY, -int(count)), last


# The accounting calendar: periods are records of project.Project.read_periods.

FIELDS = {"fiscal_period": "id", "fiscal_quarter": "quarter", "fiscal_year": "year"}


def regular(periods):
    """The periods that have days of their own, in their order."""
    return [period for period in periods if not period.get("adjusting")]


def fiscal_groups(size, periods):
    """Name and periods of every fiscal stretch, in their order, adjusting periods too."""
    groups = {}
    for period in periods:
        groups.setdefault(str(period[FIELDS[size]]), []).append(period)
    return groups


def fiscal_days(own):
    """First and last day of a fiscal stretch."""
    return min(one["starts"] for one in own), max(one["ends"] for one in own)


def holder(period, periods):
    """The place, among the regular periods, of the one that holds a period's last day."""
    for place, one in enumerate(regular(periods)):
        if one["starts"] <= period["ends"] <= one["ends"]:
            return place
    return None


def fiscal_source(variant, size, key, periods):
    """The names of the periods that are told of a fiscal stretch; none where there are none."""
    groups = fiscal_groups(size, periods)
    if key not in groups:
        return []
    if variant in ("previous_period", "year_before"):
        return [one["id"] for one in fiscal_back(variant, size, groups, key, periods)]
    every = regular(periods)
    last = max(holder(period, periods) for period in groups[key])
    if variant.startswith("rolling_"):
        first = max(0, last + 1 - int(variant.split("_")[1]))
    else:
        field = "quarter" if "quarter" in variant else "year"
        first = min(place for place, one in enumerate(every)
                    if one[field] == every[last][field])
    return [one["id"] for one in periods if first <= holder(one, periods) <= last]


def fiscal_back(variant, size, groups, key, periods):
    """The periods before a fiscal stretch, or of the same place a year before."""
    listed, own = list(groups), groups[key]
    if size == "fiscal_period":
        one = own[0]
        if variant == "year_before":
            same = (one["year"] - 1, one["number"], one["adjusting"])
            return [other for other in periods
                    if (other["year"], other["number"], other["adjusting"]) == same]
        before = regular(periods[:periods.index(one)])
        return before[-1:]
    if variant == "previous_period" or size == "fiscal_year":
        place = listed.index(key)
        return groups[listed[place - 1]] if place else []
    quarters = lambda year: [word for word in listed if groups[word][0]["year"] == year]
    place = quarters(own[0]["year"]).index(key)
    before = quarters(own[0]["year"] - 1)
    return groups[before[place]] if place < len(before) else []
