#!/usr/bin/env python3
"""Are the answers of cubes right? Deals questions, and holds each answer against its own.

    tests/cubes/judge.py SEED COUNT PROJECT...

Writes one question a line, `{"project": 0, "question": {..}}`, and reads one line for each:
`{"rollups": [{"columns": [], "rows": [], "total": 1, "truncated": false}], "base": [..],
"routes": ["monthly"]}` or `{"error": ".."}`. At the end comes `{"counts": {..}, "faults": [..]}`.
"""
import collections
import json
import sys
import time

from answers import Answerer
from compare import differences, totals_add_up
from project import Project
from questions import Dealer


def additive(answerer, question):
    """The measures whose rows add up."""
    found = []
    for member in question.get("measures") or []:
        plain, _, variant = member.split(".", 1)[1].partition("__")
        said = answerer.home(member).measures[plain]
        if said["additivity"] == "additive" and not variant and \
                said.get("aggregate", "sum") in ("sum", "count"):
            found.append(member)
    return found


def rarest(dealer, dealt, times):
    """Of so many questions the one in which most is new."""
    hands = [dealer.deal() for _ in range(times)]
    return max(hands, key=lambda hand: sum(1 / (1 + dealt[tag]) ** 2 for tag in set(hand[1])))


def faults_of(answerer, question, given):
    """What is wrong with what the program answered."""
    if "error" in given:
        return [f"refused: {given['error']}"]
    faults, answers = [], answerer.answer(question)
    for table in ("rollups", "base"):
        faults += [f"{table}: {one}" for one in differences(question, answers, given[table])]
    if not faults and given["rollups"] != given["base"]:
        faults.append("rollups and base differ in how they write the same values")
    is_whole = not any(question.get(word) for word in ("limit", "offset"))
    if question.get("subtotals") and is_whole:
        for part in given["base"]:
            faults += totals_add_up(question, additive(answerer, question), part)
    return faults


def main():
    seed, count, *roots = sys.argv[1:]
    projects = [Project(root) for root in roots]
    dealt = collections.Counter()
    dealers = [Dealer(project, f"{seed}/{place}", dealt)
               for place, project in enumerate(projects)]
    answerers = [Answerer(project) for project in projects]
    counts, faults = collections.Counter(), []
    own, others = 0.0, 0.0
    for number in range(int(count)):
        # The first project is the odd one, which has everything.
        place = 0 if number % 5 < 2 or len(projects) == 1 else 1 + number % (len(projects) - 1)
        question, tags = rarest(dealers[place], dealt, 1 if number % 3 == 0 else 8)
        dealt.update(set(tags))
        print(json.dumps({"project": place, "question": question}, ensure_ascii=False), flush=True)
        asked = time.monotonic()
        given = json.loads(sys.stdin.readline())
        heard = time.monotonic()
        found = faults_of(answerers[place], question, given)
        others += heard - asked
        own += time.monotonic() - heard
        if found:
            faults.append({"project": place, "question": question, "faults": found[:5]})
            continue
        counts.update(set(tags))
        counts.update(f"rollup {route}" for route in given.get("routes", []) if route != "base")
        counts["empty answer"] += all(not part["rows"] for part in given["base"])
        counts["questions"] += 1
    print(f"{own:.1f} s of its own, {others:.1f} s of the program's", file=sys.stderr)
    hierarchies = [f"hierarchy {cube.name}.{word}" for project in projects
                   for cube in project.cubes.values() for word in cube.hierarchies]
    told = {"counts": counts, "faults": faults, "hierarchies": sorted(set(hierarchies))}
    print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
