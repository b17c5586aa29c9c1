"""What do invoices and movements of stock say, and which postings of the ledger belong to them?"""
from collections import defaultdict
from decimal import Decimal

from company import UNASSIGNED, day, number

INVOICES = "invoices"
STOCK = "stock"


class Part:
    """One part (goods, discount, cost of goods ...) of one document of an entity."""

    def __init__(self, subledger, currency):
        self.subledger, self.currency = subledger, currency
        self.receivers = defaultdict(Decimal)
        # Amounts in the entity's currency and in the group's; nothing where a rate is missing.
        self.functional, self.reporting = Decimal(0), Decimal(0)
        # What drives allocations: functional amounts by period and receiver.
        self.quantities = defaultdict(Decimal)

    def add(self, period_id, receiver, amount, functional, reporting):
        self.receivers[receiver] += amount
        self.quantities[period_id, receiver] += functional or 0
        both = (self.functional, functional), (self.reporting, reporting)
        self.functional, self.reporting = (
            None if known is None or more is None else known + more for known, more in both)

    @property
    def amount(self):
        return sum(self.receivers.values())

    def drivers(self):
        """By what the amount is split over customers and categories."""
        weights = {key: abs(amount) for key, amount in self.receivers.items()}
        return weights if sum(weights.values()) else dict.fromkeys(weights, Decimal(1))


def invoice_parts(company):
    """{(document, entity, part): Part} and the same by period, of invoice lines."""
    parts = {}
    for line in company.tables["finance.invoice_lines"]:
        header = company.invoices.get(line["invoice_id"])
        if header is None or header["invoice_kind"] == "prepayment" or company.is_related(header):
            continue
        date, entity = day(line["invoiced_on"]), header["entity_id"]
        receiver = (company.customer("finance", header["debtor_id"]),
                    company.category.get(line["sku"], UNASSIGNED))
        net, gross = number(line["net_amount"]), number(line["list_amount"])
        gross = net if gross is None else gross
        targets = (company.books[entity], company.reporting)
        nets = [company.converted(net, header["currency_code"], to, date) for to in targets]
        lists = [company.converted(gross, header["currency_code"], to, date) for to in targets]
        less = [None if one is None else one - other for one, other in zip(nets, lists)]
        if header["invoice_kind"] == "credit_note":
            said = [("return", net, nets)]
        elif header["invoice_kind"] == "rebate" or line["line_kind"] == "rebate":
            said = [("rebate", net, nets)]
        else:
            said = [(line["line_kind"], gross, lists), ("discount", net - gross, less)]
        for name, amount, (functional, reporting) in said:
            if not amount and name == "discount":
                continue
            key = (line["invoice_id"], entity, name)
            part = parts.setdefault(key, Part(INVOICES, header["currency_code"]))
            part.add(company.period_of(date), receiver, amount, functional, reporting)
    return parts


def stock_parts(company):
    """The same of movements of stock whose document says for whom the goods left."""
    causes = {}
    for table, column in (("sales.deliveries", "delivery_id"), ("sales.returns", "return_id")):
        for row in company.tables[table]:
            if row[column] and row["customer_id"]:
                known = causes.get(row[column], ("sales", row["customer_id"]))
                causes[row[column]] = min(known, ("sales", row["customer_id"]))
    issues = {}
    for entry in company.tables["finance.ledger_entries"]:
        if entry["posting_origin"] == "stock" and entry["document_id"] and entry["debtor_id"]:
            document, cause = entry["document_id"], ("finance", entry["debtor_id"])
            issues[document] = min(issues.get(document, cause), cause)
    causes = {**issues, **causes}
    parts = {}
    for move in company.tables["inventory.stock_moves"]:
        cause = causes.get(move["document_id"])
        if move["move_kind"] not in ("issue", "return") or cause is None:
            continue
        entity, date = company.warehouses[move["house_id"]]["entity_id"], day(move["moved_on"])
        receiver = (company.customer(*cause), company.category.get(move["sku"], UNASSIGNED))
        cost, currency = number(move["cost_amount"]), move["currency_code"]
        functional = company.converted(cost, currency, company.books[entity], date)
        reporting = company.converted(cost, currency, company.reporting, date)
        key = (move["document_id"], entity, "cost_of_goods")
        part = parts.setdefault(key, Part(STOCK, currency))
        part.add(company.period_of(date), receiver, cost, functional, reporting)
    return parts


def parts_of(company):
    return {**invoice_parts(company), **stock_parts(company)}
