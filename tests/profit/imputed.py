"""What would the money cost that lies in receivables and in goods kept for a customer?"""
import datetime
from collections import defaultdict
from decimal import Decimal

from company import day, number, rounded

CONTRA = "contra"
ONE_DAY = datetime.timedelta(days=1)


def costs(company):
    """{(period, entity, customer): reporting amount}, and what takes it all back."""
    found = defaultdict(Decimal)
    # What has not begun when the books end ties up nothing yet.
    last = max(day(row["posted_on"]) for row in company.tables["finance.ledger_entries"])
    begun = [period for period in company.regular if period["starts_on"] <= last]
    for tied_up in (receivables(company), stock(company)):
        for period in begun:
            one_kind(company, period, tied_up, found)
    return found


def one_kind(company, period, tied_up, found):
    """Interest on the mean of what is tied up before the first day and after the last."""
    days = (period["ends_on"] - period["starts_on"]).days + 1
    interest = number(company.parameter("capital_cost_rate", period["ends_on"]) or "0")
    opening = tied_up(period["starts_on"] - ONE_DAY)
    closing = tied_up(period["ends_on"])
    for entity, customer in set(opening) | set(closing):
        both = opening.get((entity, customer), 0) + closing.get((entity, customer), 0)
        cost = Decimal(both) / 2 * interest * days / 365
        cost = -rounded(cost, company.digits(company.reporting))
        found[period["period_id"], entity, customer] += cost
        found[period["period_id"], entity, CONTRA] -= cost


def receivables(company):
    """What documents leave open at the end of a day, in the reporting currency."""
    movements = []
    for row in company.tables["finance.invoices"]:
        gross = number(row["gross_amount"])
        if gross is None:
            gross = number(row["net_amount"]) + (number(row["tax_amount"]) or 0)
        movements.append((day(row["invoiced_on"]), row["entity_id"], row["debtor_id"],
                          row["currency_code"], gross))
    for row in company.tables["finance.payments"]:
        invoice = company.invoices.get(row["invoice_id"], {})
        debtor = row["debtor_id"] or invoice.get("debtor_id", "")
        movements.append((day(row["paid_on"]), row["entity_id"], debtor, row["currency_code"],
                          -number(row["paid_amount"])))

    def at_end_of(date):
        balances = defaultdict(Decimal)
        for on, entity, debtor, currency, amount in movements:
            if on <= date and not company.is_related({"debtor_id": debtor}):
                balances[entity, debtor, currency] += amount
        sums = defaultdict(Decimal)
        for (entity, debtor, currency), amount in balances.items():
            customer = company.customer("finance", debtor)
            worth = company.converted(amount, currency, company.reporting, date) if amount else 0
            sums[entity, customer] += worth or 0
        return sums
    return at_end_of


def stock(company):
    """What is kept for customers, as last counted, in the reporting currency."""
    counts, costs_of = defaultdict(set), {}
    for row in company.tables["inventory.stock_counts"]:
        counts[row["house_id"]].add(day(row["counted_on"]))
        costs_of[row["counted_on"], row["house_id"], row["sku"]] = (
            number(row["unit_cost_amount"]), row["currency_code"], row["stock_value_amount"])
    for row in company.tables["inventory.reservations"]:
        counts[row["house_id"]].add(day(row["counted_on"]))

    def at_end_of(date):
        last = {house: max((on for on in days if on <= date), default=None)
                for house, days in counts.items()}
        sums = defaultdict(Decimal)
        for row in company.tables["inventory.reservations"]:
            on, house = day(row["counted_on"]), company.warehouses[row["house_id"]]
            if last[row["house_id"]] != on:
                continue
            cost, currency, _ = costs_of.get(
                (row["counted_on"], row["house_id"], row["sku"]), (None, "", ""))
            if cost is None:
                cost, currency = stated_cost(company, row, on)
            if cost is None:
                continue
            value = number(row["reserved_quantity"]) * cost
            worth = company.converted(value, currency or house["currency_code"],
                                      company.reporting, on)
            customer = company.customer("sales", row["customer_id"])
            sums[house["entity_id"], customer] += worth or 0
        return sums
    return at_end_of


def stated_cost(company, place, date):
    """The valuation of a product in a warehouse on a day, where no count says its cost."""
    held = [row for row in company.tables["inventory.stock_costs"]
            if (row["house_id"], row["sku"]) == (place["house_id"], place["sku"])
            and day(row["valid_from_on"]) <= date]
    if not held:
        return None, ""
    newest = max(held, key=lambda row: row["valid_from_on"])
    return number(newest["unit_cost_amount"]), newest["currency_code"]
