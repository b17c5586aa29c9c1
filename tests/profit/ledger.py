"""To whom does each posting of the ledger belong, before pools are spread?

The decision of each posting: out of scope, unmapped, a document's, direct, a pool's, nobody's.
"""
from collections import defaultdict
from decimal import Decimal

from company import UNASSIGNED, allocate, day, number
from documents import INVOICES, STOCK

OUT_OF_SCOPE = "out_of_scope"
REVENUE_PARTS = {"goods", "service", "parts", "contract", "freight", "return", "discount", "rebate"}
OWN_ORIGIN = {INVOICES: "sales", STOCK: "stock"}


class Entry:
    """A posted entry of revenue or cost, in profit sign: revenue is positive."""

    def __init__(self, company, row):
        self.row = row
        self.entity, self.period = row["entity_id"], row["period_id"]
        self.account, self.document = row["account_id"], row["document_id"]
        self.posted_on = day(row["posted_on"])
        self.amount = -number(row["posted_amount"])
        self.functional = -number(row["functional_amount"])
        books = company.books[self.entity]
        self.reporting = company.converted(
            self.functional, books, company.reporting, self.posted_on)
        self.customer = company.customer("finance", row["debtor_id"])
        self.is_manual = row["posting_origin"] == "manual"
        self.is_intercompany = (
            company.is_related(row) or row["document_type"] == "intercompany"
            or row["posting_origin"] == "intercompany")
        self.map = mapped(company, self.account, self.posted_on)


def mapped(company, account, date):
    """The range that covers an account on a day: of several, the one that begins last."""
    covering = [
        row for row in company.tables["inputs.account_map"]
        if row["account_from_id"] <= account <= row["account_to_id"]
        and day(row["valid_from_on"]) <= date]
    if not covering:
        return None
    # Of ranges that begin on one day the narrower decides; a newer one ends all before it.
    best = max(covering, key=lambda row: (row["valid_from_on"], row["account_from_id"]))
    ended = best["valid_to_on"] and day(best["valid_to_on"]) < date
    return None if ended else best


def entries_of(company):
    """The posted entries of accounts of revenue and cost."""
    for row in company.tables["finance.ledger_entries"]:
        kind = company.kinds.get(row["account_id"]) or "unknown"
        if row["posting_status"] == "posted" and kind not in ("asset", "liability", "equity"):
            yield Entry(company, row)


class Lines:
    """Amounts by period, entity, account, line, bucket, customer and category, both currencies."""

    def __init__(self):
        self.amounts = defaultdict(lambda: [Decimal(0), Decimal(0)])
        self.reasons = defaultdict(lambda: [Decimal(0), Decimal(0)])

    def add(self, place, receiver, functional, reporting, kind="", reason=""):
        """Adds to `place` = (period, entity, account, line); a missing amount adds nothing."""
        customer, category = receiver
        key = (*place, customer, category)
        for sums in (self.amounts[key], self.reasons[(*place, customer, kind, reason)]):
            sums[0] += functional or 0
            sums[1] += reporting or 0


def decide(company, parts, rules_cover):
    """The lines that need no pool, and the entries that pools spread."""
    lines, open_entries, of_parts = Lines(), [], defaultdict(list)
    for entry in entries_of(company):
        if entry.is_intercompany or (entry.map and entry.map["account_scope"] == "out"):
            place = (entry.period, entry.entity, entry.account, OUT_OF_SCOPE)
            reason = entry.map["scope_reason"] if entry.map else ""
            reason = "intercompany" if entry.is_intercompany else reason
            lines.add(place, (OUT_OF_SCOPE, UNASSIGNED), entry.functional, entry.reporting,
                      "none", reason)
        elif entry.map is None:
            place = (entry.period, entry.entity, entry.account, "unmapped")
            lines.add(place, (UNASSIGNED, UNASSIGNED), entry.functional, entry.reporting,
                      "none", "unmapped_account")
        elif entry.map["document_part"]:
            of_parts[entry.document, entry.entity, entry.map["document_part"]].append(entry)
        elif entry.customer != UNASSIGNED:
            own(lines, entry, entry.customer, "direct")
        elif rules_cover(entry):
            open_entries.append(entry)
        else:
            named = bool(entry.row["debtor_id"])
            own(lines, entry, UNASSIGNED, "none", "unknown_customer" if named else "no_rule")
    for key, entries in of_parts.items():
        part = parts.get(key) if key[0] else None
        if part is None:
            without_document(lines, entries)
        else:
            by_document(company, lines, entries, part)
    return lines, open_entries


def place_of(entry):
    return (entry.period, entry.entity, entry.account, entry.map["statement_line"])


def own(lines, entry, customer, kind, reason=""):
    """The whole entry for one customer."""
    receiver = (customer, UNASSIGNED)
    lines.add(place_of(entry), receiver, entry.functional, entry.reporting, kind, reason)


def without_document(lines, entries):
    """Postings whose document the department does not have."""
    for entry in entries:
        is_of_contracts = entry.map["subledger"] == "contracts"
        if entry.customer != UNASSIGNED and (entry.is_manual or is_of_contracts):
            own(lines, entry, entry.customer, "direct")
            continue
        part = entry.map["document_part"]
        subledger = INVOICES if part in REVENUE_PARTS else STOCK
        if entry.is_manual:
            reason = "manual_journal"
        elif entry.row["posting_origin"] != OWN_ORIGIN[subledger]:
            reason = "other_subledger"
        else:
            reason = "missing_in_subledger"
        own(lines, entry, UNASSIGNED, "difference", reason)


def by_document(company, lines, entries, part):
    """Postings of a document's part: it says for whom, and how much is agreed."""
    groups = defaultdict(lambda: [Decimal(0), Decimal(0)])
    unpriced = set()
    for entry in entries:
        sums = groups[place_of(entry)]
        sums[0] += entry.functional
        if entry.reporting is None:
            unpriced.add(place_of(entry))
        else:
            sums[1] += entry.reporting
    is_one_currency = {entry.row["currency_code"] for entry in entries} == {part.currency}
    booked = sum(entry.amount for entry in entries)
    is_agreed = is_one_currency and booked == part.amount
    order = sorted(groups, key=lambda place: (company.order_of(place[0]), place[2]))
    for place in order:
        functional, reporting = groups[place]
        if is_agreed:
            give(company, lines, place, part, (functional, reporting), "document")
            continue
        given = (Decimal(0), Decimal(0))
        if place == order[0]:
            given = (part.functional or Decimal(0), part.reporting or Decimal(0))
            if place in unpriced:
                given = (given[0], Decimal(0))
            give(company, lines, place, part, given, "document")
        rest = (functional - given[0], reporting - given[1])
        lines.add(place, (UNASSIGNED, UNASSIGNED), *rest, "difference", "")


def give(company, lines, place, part, amounts, kind):
    """Splits amounts over the receivers of a document's part."""
    currencies = (company.books[place[1]], company.reporting)
    shares = [
        allocate(amount, part.drivers(), company.scale(currency))
        for amount, currency in zip(amounts, currencies)]
    for receiver in shares[0]:
        lines.add(place, receiver, shares[0][receiver], shares[1][receiver], kind)
