#!/usr/bin/env python3
"""Are the answers that stand below tests/slt/asked those of the raw files?

    tests/cubes/written.py [--write]

Computes the answer to every question of cubes there anew, by DuckDB over the raw files of
tests/worlds/hand, and names each that is another. `--write` puts the computed answers in their
place. A step from a row is computed as the question that it must amount to, which stands above it
behind `#=`. What is asked in another way (errors, what totals are called, cubes without a file
below raw/) is by hand, and the comment above it says why it is so.
"""
import json
import re
import sys
from decimal import ROUND_HALF_UP, Decimal

from answers import Answerer
from compare import ordered, page, plain, same
from raw import ROOT, SYSTEMS, RawProject

FOLDER = ROOT / "tests/slt/asked"


class Record:
    """A question with the lines that hold its answer."""

    def __init__(self, lines, first):
        self.first = first
        self.comment = [line for line in before(lines, first)]
        self.head = lines[first]
        self.rule = next(at for at in range(first, len(lines)) if lines[at] == "----")
        self.end = next((at for at in range(self.rule, len(lines)) if not lines[at]), len(lines))
        self.text = "\n".join(lines[first + 1:self.rule])
        self.rows = lines[self.rule + 1:self.end]

    def question(self):
        """The question to be computed; nothing for what is by hand."""
        if self.head.startswith("statement "):
            return None
        if self.text.startswith("cube step "):
            said = "\n".join(line[2:] for line in self.comment if line.startswith("#="))
            return json.loads(said) if said else None
        if not self.text.startswith("cube {"):
            return None
        question = json.loads(self.text[len("cube "):])
        return question if cubes_of(question) <= set(SYSTEMS) | {"company"} else None


def before(lines, first):
    """The lines of comment right above a record."""
    at = first
    while at and lines[at - 1].startswith("#"):
        at -= 1
    return lines[at:first]


def cubes_of(question):
    """What stands before the dots."""
    members = (question.get("measures") or []) + (question.get("dimensions") or [])
    members += [one["dimension"] for one in question.get("timeDimensions") or []]
    return {member.split(".")[0] for member in members}


def answer(answerer, question):
    """Kinds of columns, and rows as texts; spans that are compared one after the other."""
    measures = list(dict.fromkeys(question.get("measures") or []))
    kinds, rows = None, []
    for result in answerer.answer(question):
        every = ordered(result, question, measures)
        columns = columns_of(question, result, measures)
        shown = page(every, question)
        for row in shown:
            rows.append([value_of(answerer, row, column) for column in columns])
        if question.get("total"):
            left = len(every) - (question.get("offset") or 0) - len(shown)
            rows.append([f"total {len(every)}" + (", more follow" if left > 0 else "")])
        kinds = kinds or ["R" if column in measures else "T" for column in columns]
    return "".join(kinds), [" ".join(cell(value) for value in row) for row in rows]


def value_of(answerer, row, column):
    """A value with as many decimals as its kind has; seconds, minutes and hours are whole."""
    value = row.get(column)
    if column.endswith(".isPartial") and column not in row:
        return None if row[column.removesuffix(".isPartial")] is None else False
    if not isinstance(value, (int, Decimal)) or "." not in column:
        return value
    prefix, word = column.split(".", 1)
    if word not in answerer.project.cubes.get(prefix, Nothing).measures:
        return value
    cube = answerer.project.cubes[prefix]
    said = cube.measures[word]
    more = 6 if said.get("keep") == "average" else 1 if said["additivity"] == "none" else 0
    if not more:
        return value
    scale = re.search(r"DECIMAL\(\d+,(\d+)\)", cube.types[said["column"]])
    digits = Decimal(1).scaleb(-(int(scale[1]) if scale else 0) - more)
    return Decimal(value).quantize(digits, rounding=ROUND_HALF_UP)


class Nothing:
    """A cube that is not there."""
    measures = {}


def columns_of(question, result, measures):
    """The columns in their order."""
    columns = []
    for name in result.identity:
        columns.append(name)
        if name not in (question.get("dimensions") or []):
            columns.append(f"{name}.isPartial")
    level = ["__level"] if question.get("subtotals") else []
    return columns + measures + level


def cell(value):
    """A value as the program's answers have it."""
    if value is None:
        return "NULL"
    if value == "":
        return "(empty)"
    if isinstance(value, Decimal):
        return format(value, "f")
    return plain(value)


def differs(expected, written):
    """Whether rows are others than those written down."""
    if len(expected) != len(written):
        return True
    for one, other in zip(expected, written):
        cells, theirs = one.split(), other.split()
        if len(cells) != len(theirs) or not all(map(alike, cells, theirs)):
            return True
    return False


def alike(one, other):
    if one == other:
        return True
    try:
        return same(Decimal(one), other)
    except ArithmeticError:
        return False


def main():
    is_writing = sys.argv[1:] == ["--write"]
    answerer = Answerer(RawProject())
    computed, by_hand, faults = 0, 0, []
    for path in sorted(FOLDER.glob("*.slt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        starts = [at for at, line in enumerate(lines)
                  if line.startswith(("query ", "statement "))]
        for first in reversed(starts):
            record = Record(lines, first)
            place = f"{path.relative_to(ROOT)}:{first + 1}"
            question = record.question()
            if question is None:
                by_hand += 1
                if not record.comment:
                    faults.append(f"{place}: no comment says where its answer comes from")
                continue
            computed += 1
            kinds, rows = answer(answerer, question)
            if is_writing:
                lines[record.rule + 1:record.end] = rows
                lines[first] = f"query {kinds}"
            elif differs(rows, record.rows):
                faults.append(f"{place}: the raw files say\n" + "\n".join(rows))
        if is_writing:
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n\n".join(faults))
    print(f"{computed} answers computed from raw files, {by_hand} by hand")
    return 1 if faults or not computed else 0


if __name__ == "__main__":
    sys.exit(main())
