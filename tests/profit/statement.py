#!/usr/bin/env python3
"""Does the warehouse say of each customer's profit what its raw tables say?

    statement.py FOLDER                          compares the tables exported into FOLDER
    statement.py FOLDER --export PROGRAM PROJECT exports them first
    statement.py FOLDER --print CUSTOMER         shows a customer's statement as computed here

Recomputes every line of profit from raw tables with plain loops over decimals, by the rules of the
model alone, and compares both currencies to the cent: by period, entity, account, line and
customer; and who loses at all, each with the loss and its two main causes. Ends with 1 and the
differences where something differs.
"""
import sys
from collections import defaultdict
from decimal import Decimal

import documents
import imputed
import ledger
from company import LOSSES_FILE, Company, export, number
from pools import Pools

SHOWN = 40
# Who carries what no customer does.
BUCKETS = {"unassigned", "unused_capacity", "out_of_scope"}
# Columns of the wide table, with the lines of profit they hold.
COLUMNS = {
    "gross_revenue": "gross_revenue_amount", "discounts": "discount_amount",
    "returns": "return_amount", "cost_of_goods": "goods_cost_amount",
    "selling": "selling_amount", "marketing": "marketing_amount", "service": "service_amount",
    "delivery": "delivery_amount", "stock_holding": "stock_holding_amount",
    "overhead": "overhead_amount",
}
TOTALS = {
    "net_revenue_amount": ["gross_revenue_amount", "discount_amount", "return_amount"],
    "gross_margin_amount": ["net_revenue_amount", "goods_cost_amount"],
    "contribution_amount": ["gross_margin_amount", "selling_amount", "marketing_amount",
                            "service_amount", "delivery_amount", "stock_holding_amount"],
    "profit_amount": ["contribution_amount", "overhead_amount"],
    "economic_profit_amount": ["profit_amount", "imputed_cost_amount"],
}


def computed(company):
    """Every line of profit, recomputed."""
    parts = documents.parts_of(company)
    pools = Pools(company, parts)
    lines, open_entries = ledger.decide(company, parts, lambda entry: pools.pool_of(entry))
    pools.spread(open_entries, lines)
    return lines, pools


def summed(rows):
    """{(period, entity, account, line, customer): [functional, reporting]} without zeros."""
    sums = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for key, amounts in rows:
        for at in (0, 1):
            sums[key][at] += amounts[at] or 0
    return {key: value for key, value in sums.items() if any(value)}


def stated(company):
    """The same of marts.fct_profit_lines."""
    for row in company.read("marts.fct_profit_lines"):
        key = tuple(row[name] for name in
                    ("period_id", "entity_id", "account_id", "profit_line", "customer_id"))
        yield key, (number(row["functional_amount"]), number(row["reporting_amount"]))


def wide(company, lines):
    """{(period, entity, customer, column): reporting amount} of the wide table, recomputed."""
    sums = defaultdict(Decimal)
    for (period, entity, _, line, customer, _), (_, reporting) in lines.amounts.items():
        if line != ledger.OUT_OF_SCOPE:
            sums[period, entity, customer, COLUMNS.get(line, line)] += reporting
    for key, amount in imputed.costs(company).items():
        sums[(*key, "imputed_cost_amount")] += amount
    for place in {key[:3] for key in sums}:
        for total, addends in TOTALS.items():
            sums[(*place, total)] = sum(sums[(*place, addend)] for addend in addends)
    return sums


def stated_wide(company):
    sums = defaultdict(Decimal)
    names = [*COLUMNS.values(), *TOTALS, "imputed_cost_amount"]
    for row in company.read("marts.fct_customer_profit"):
        for name in names:
            key = (row["period_id"], row["entity_id"], row["customer_id"], name)
            sums[key] += number(row[name]) or 0
    return sums


# What a customer does that costs, by the driver that says so; other costs go by their line.
CAUSES = {
    "service_minutes": "service", "travel_minutes": "service", "order_lines": "small_orders",
    "invoices": "small_orders", "visit_call_minutes": "visits", "pallet_days": "stock_held",
    "campaign_sends": "marketing", "delivery_freight": "delivery", "net_revenue": "general",
    "cost_of_goods": "general",
}
# Share of what was sold from which returns are the cause; the report's own default.
RETURNS_RATIO = Decimal("0.25")


def groups(company, pools, lines):
    """{customer: {group of cost: reporting amount}} of customers; buckets are nobody."""
    sums = defaultdict(lambda: defaultdict(Decimal))
    for place, (_, reporting) in lines.reasons.items():
        period, _, _, line, customer, kind, reason = place
        group = {"gross_revenue": "revenue", "discounts": "revenue"}.get(line, line)
        if line not in ("gross_revenue", "discounts", "returns", "cost_of_goods"):
            drivers = [rule["driver_name"] for rule in pools.rules
                       if kind == "allocation" and rule["rule_id"] == reason
                       and pools.valid(rule, period)]
            group = CAUSES.get(max(drivers), line) if drivers else line
        if customer not in BUCKETS:
            sums[customer][group] += reporting
    return sums


def causes(sums, lost):
    """{customer: [main cause, second cause]} of those who lose: by what they exceed the company."""
    company = defaultdict(Decimal)
    for costs in sums.values():
        for group, amount in costs.items():
            company[group] += amount
    all_revenue, found = company["revenue"] + company["returns"], {}
    for customer in lost:
        costs = sums[customer]
        net = costs.get("revenue", Decimal(0)) + costs.get("returns", Decimal(0))
        margin, ranked = net + costs.get("cost_of_goods", Decimal(0)), []
        for group, amount in costs.items():
            if group == "revenue":
                continue
            part = company[group] * max(net, Decimal(0)) / all_revenue if all_revenue > 0 else 0
            # A trade that loses by itself comes before what else costs.
            order = 3
            if group == "returns" and -amount >= costs.get("revenue", 0) * RETURNS_RATIO:
                order = 1
            elif group == "cost_of_goods" and margin < 0:
                order = 2
            name = "sold_below_cost" if group == "cost_of_goods" else group
            ranked.append((order, amount - part, name))
        two = [name if beyond < 0 else "" for _, beyond, name in sorted(ranked)[:2]]
        found[customer] = [*two, "", ""][:2]
    return found


def stated_causes(company):
    """The same as the report says it."""
    return {row["customer_id"]: [row["main_cause"], row["second_cause"]]
            for row in company.read(LOSSES_FILE) if row["row_kind"] == "customer"}


def losers(sums):
    """{customer: reporting profit} of all who lose; buckets are nobody."""
    profits = defaultdict(Decimal)
    for (_, _, customer, column), amount in sums.items():
        if column == "profit_amount" and customer not in BUCKETS:
            profits[customer] += amount
    return {customer: amount for customer, amount in profits.items() if amount < 0}


def stated_losers(company):
    """The same as the report says it."""
    rows = company.read(LOSSES_FILE)
    return {row["customer_id"]: number(row["profit_amount"]) for row in rows
            if row["row_kind"] == "customer"}


def differences(expected, found, nothing):
    for key in sorted(set(expected) | set(found), key=str):
        one, other = expected.get(key, nothing), found.get(key, nothing)
        if one != other:
            yield f"{' '.join(map(str, key))}: expected {shown(one)}, found {shown(other)}"


def shown(value):
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def print_statement(lines, customer):
    for (period, entity, account, line, who, category), amounts in sorted(lines.amounts.items()):
        if who == customer and any(amounts):
            print(period, entity, account, line, category, *amounts)


def main():
    folder = sys.argv[1]
    if "--export" in sys.argv:
        export(*sys.argv[3:5], folder)
    company = Company(folder)
    lines, pools = computed(company)
    if "--print" in sys.argv:
        return print_statement(lines, sys.argv[3])
    expected = summed((key[:5], amounts) for key, amounts in lines.amounts.items())
    found = summed(stated(company))
    faults = [f"line {text}" for text in
              differences(expected, found, [Decimal(0), Decimal(0)])]
    sums = wide(company, lines)
    faults += [f"customer {text}" for text in
               differences(sums, stated_wide(company), Decimal(0))]
    lost = losers(sums)
    faults += [f"loss {text}" for text in differences(lost, stated_losers(company), None)]
    why = causes(groups(company, pools, lines), lost)
    faults += [f"cause {text}" for text in differences(why, stated_causes(company), None)]
    customers = {key[4] for key in expected}
    print(f"{len(expected)} lines of {len(customers)} customers and buckets compared, {len(lost)} lose")
    for fault in faults[:SHOWN]:
        print(fault)
    if faults:
        sys.exit(f"{len(faults)} differences")
    if not expected:
        sys.exit("there was nothing to compare")


if __name__ == "__main__":
    main()
