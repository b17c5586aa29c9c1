"""Which moments does a date range mean, in words or by its ends?

The words are those of Cube's documentation; they count from the day of the data.
"""
import datetime
import re

from spans import DAY, fiscal_days, fiscal_groups, next_start, regular, shifted, start_of

UNIT = r"(day|week|month|quarter|year)s?"
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def moved(day, count, unit):
    """A day so many units later."""
    if unit in MONTHS:
        return shifted(day, count * MONTHS[unit])
    return day + DAY * count * (7 if unit == "week" else 1)


def stretch(first, last, unit):
    """First and last day of the stretches that hold two days."""
    return start_of(first, unit), next_start(start_of(last, unit), unit) - DAY


def spoken_day(text, today):
    """The day of `7 days ago`, `2 months from now`, `now`, `2026-03-01`."""
    words = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1}
    if text in words:
        return today + DAY * words[text]
    if found := re.fullmatch(rf"(\d+) {UNIT} ago", text):
        return moved(today, -int(found[1]), found[2])
    if found := re.fullmatch(rf"(\d+) {UNIT} from now", text):
        return moved(today, int(found[1]), found[2])
    return datetime.date.fromisoformat(text)


def fiscal_words(text, today, periods):
    """The days of `this fiscal quarter`, `last fiscal year`, `fiscal year to date`."""
    if text == "fiscal year to date":
        return fiscal_words("this fiscal year", today, periods)[0], today
    which, size = re.fullmatch(r"(this|last|next) (fiscal (?:period|quarter|year))", text).groups()
    groups = list(fiscal_groups(size.replace(" ", "_"), regular(periods)).values())
    ends = [fiscal_days(own) for own in groups]
    place = [first <= today <= last for first, last in ends].index(True)
    return ends[place + {"this": 0, "last": -1, "next": 1}[which]]


def spoken(text, today, periods):
    """First and last day of a range in words."""
    text = text.strip().lower()
    if "fiscal" in text:
        return fiscal_words(text, today, periods)
    if found := re.fullmatch(rf"(this|last|next) {UNIT}", text):
        there = moved(today, {"this": 0, "last": -1, "next": 1}[found[1]], found[2])
        return stretch(there, there, found[2])
    if found := re.fullmatch(rf"(last|next) (\d+) {UNIT}", text):
        count, unit = int(found[2]), found[3]
        if found[1] == "last":
            return stretch(moved(today, -count, unit), moved(today, -1, unit), unit)
        return stretch(moved(today, 1, unit), moved(today, count, unit), unit)
    if found := re.fullmatch(r"from (.+) to (.+)", text):
        return spoken_day(found[1], today), spoken_day(found[2], today)
    day = spoken_day(text, today)
    return day, day


def moments(said, today, periods=()):
    """The first moment of a range and the first one after it."""
    if isinstance(said, str):
        first, last = spoken(said, today, periods)
        return midnight(first), midnight(last + DAY)
    first, last = said if len(said) == 2 else (said[0], said[0])
    return beginning(first), ending(last)


def midnight(day):
    return datetime.datetime.combine(day, datetime.time())


def beginning(text):
    """The moment at which a day or moment begins."""
    return datetime.datetime.fromisoformat(text)


def ending(text):
    """The first moment that a day, second or millisecond no longer holds."""
    if "T" not in text and " " not in text:
        return midnight(datetime.date.fromisoformat(text) + DAY)
    fine = {"microseconds": 1} if "." in text else {"seconds": 1}
    if "." in text:
        fine = {"microseconds": 10 ** (6 - len(text.split(".")[1]))}
    return datetime.datetime.fromisoformat(text) + datetime.timedelta(**fine)


def days(span):
    """First and last day that a span of moments touches; nothing for no span."""
    if span is None:
        return None
    return span[0].date(), (span[1] - datetime.timedelta(microseconds=1)).date()

