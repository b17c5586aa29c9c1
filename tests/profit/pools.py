"""How are pools of cost spread: by which quantities, in which steps, at which capacity?"""
from collections import defaultdict
from decimal import Decimal

from company import UNASSIGNED, allocate, day, number
from documents import STOCK

UNUSED = "unused_capacity"


def quantities(company, parts):
    """{(period, entity, driver): {(customer, category): quantity}}, in regular periods."""
    found = defaultdict(lambda: defaultdict(Decimal))

    def add(period, entity, driver, receiver, quantity):
        if period and entity:
            found[period, entity, driver][receiver] += quantity

    def entity_of(employee_id):
        return company.employees.get(employee_id, {}).get("entity_id")

    for (_, entity, _), part in parts.items():
        driver = "cost_of_goods" if part.subledger == STOCK else "net_revenue"
        sign = -1 if part.subledger == STOCK else 1
        for (period, receiver), amount in part.quantities.items():
            add(period, entity, driver, receiver, sign * amount)
    for row in company.tables["staff.work_hours"]:
        if row["work_kind"] in ("visit", "call"):
            who = company.customer("sales", row["customer_id"]) if row["customer_id"] else (
                company.customer("marketing_lead", row["lead_id"]))
            minutes = number(row["worked_minutes"]) + (number(row["travel_minutes"]) or 0)
            add(company.period_of(day(row["worked_on"])), entity_of(row["employee_id"]),
                "visit_call_minutes", (who, UNASSIGNED), minutes)
    for row in company.tables["marketing.sends"]:
        period = company.period_of(company.local_day(row["sent_at"]))
        add(period, entity_of(row["sender_id"]), "campaign_sends",
            (company.customer("marketing", row["person_id"]), UNASSIGNED), Decimal(1))
    of_deliveries(company, add)
    of_service(company, add, entity_of)
    of_orders(company, add)
    for row in company.tables["finance.invoices"]:
        if row["invoice_kind"] == "invoice" and not company.is_related(row):
            add(company.period_of(day(row["invoiced_on"])), row["entity_id"], "invoices",
                (company.customer("finance", row["debtor_id"]), UNASSIGNED), Decimal(1))
    return found


def of_deliveries(company, add):
    """Freight by delivery, and the days that reserved pallets took a place."""
    for row in company.tables["sales.deliveries"]:
        date = day(row["shipped_on"])
        entity = company.orders.get(row["order_id"], {}).get("entity_id")
        freight = number(row["freight_amount"])
        if date and entity and freight is not None:
            freight = company.converted(
                freight, row["currency_code"], company.books[entity], date)
            if freight is not None:
                add(company.period_of(date), entity, "delivery_freight",
                    (company.customer("sales", row["customer_id"]), UNASSIGNED), freight)
    of_pallets(company, add)


def of_pallets(company, add):
    """Days that reserved pallets took a place; a warehouse's last count holds until the next."""
    counts = defaultdict(set)
    for table in ("inventory.reservations", "inventory.stock_counts"):
        for row in company.tables[table]:
            counts[row["house_id"]].add(row["counted_on"])
    reserved = defaultdict(list)
    for row in company.tables["inventory.reservations"]:
        reserved[row["house_id"], row["counted_on"]].append(row)
    for period in company.regular:
        days = (period["ends_on"] - period["starts_on"]).days + 1
        for house, dates in counts.items():
            known = [date for date in dates if day(date) <= period["ends_on"]]
            for row in reserved[house, max(known)] if known else []:
                receiver = (company.customer("sales", row["customer_id"]),
                            company.category.get(row["sku"], UNASSIGNED))
                add(period["period_id"], company.warehouses[house]["entity_id"], "pallet_days",
                    receiver, (number(row["pallet_count"]) or 0) * days)


def of_service(company, add, entity_of):
    cases = {row["case_id"]: row for row in company.tables["service.cases"]}
    for row in company.tables["service.case_events"]:
        case = cases.get(row["case_id"], {})
        receiver = (company.customer("service", case.get("service_customer_id")),
                    company.category.get(case.get("sku"), UNASSIGNED))
        period = company.period_of(company.local_day(row["happened_at"]))
        entity = entity_of(row["employee_id"])
        add(period, entity, "service_minutes", receiver, number(row["event_minutes"]) or 0)
        add(period, entity, "travel_minutes", receiver, number(row["travel_minutes"]) or 0)


def of_orders(company, add):
    """Order lines; the items of a set that has a price of its own are in its line already."""
    net = {(row["order_id"], row["order_line_number"]): number(row["net_amount"])
           for row in company.tables["sales.order_lines"]}
    for row in company.tables["sales.order_lines"]:
        order = company.orders.get(row["order_id"])
        if order is None or net.get((row["order_id"], row["parent_line_number"])):
            continue
        receiver = (company.customer("sales", order["customer_id"]),
                    company.category.get(row["sku"], UNASSIGNED))
        add(company.period_of(day(order["ordered_on"])), order["entity_id"], "order_lines",
            receiver, Decimal(1))


class Pools:
    """The rules, and what they do with the entries that no customer or document claims."""

    def __init__(self, company, parts):
        self.company, self.quantities = company, quantities(company, parts)
        self.rules = company.tables["inputs.allocation_rules"]
        self.filled = defaultdict(lambda: [Decimal(0), Decimal(0)])

    def valid(self, rule, period_id):
        last = self.company.periods[period_id]["ends_on"]
        ends = day(rule["valid_to_on"])
        return day(rule["valid_from_on"]) <= last and (ends is None or last <= ends)

    def pool_of(self, entry):
        """The pool whose rules cover an entry; nothing where none does."""
        if entry.period not in self.company.periods:
            return None
        function = self.company.centres.get(entry.row["cost_centre_id"], {}).get("cost_function")
        order = lambda rule: (int(rule["step_number"]), rule["rule_id"])
        for rule in sorted(self.rules, key=order):
            if (rule["account_from_id"] <= entry.account <= rule["account_to_id"]
                    and rule["cost_function"] in ("", function or "")
                    and rule["entity_id"] in ("", entry.entity)
                    and rule["driver_name"] != "direct" and self.valid(rule, entry.period)):
                return rule["pool_name"]
        return None

    def rules_of(self, pool, period, entity, receiver_kind):
        return [rule for rule in self.rules
                if rule["pool_name"] == pool and rule["receiver_kind"] == receiver_kind
                and rule["entity_id"] in ("", entity) and self.valid(rule, period)]

    def spread(self, entries, lines):
        for entry in entries:
            pool = self.pool_of(entry)
            sums = self.filled[entry.period, entry.entity, pool, entry.account]
            sums[0] += entry.functional
            sums[1] += entry.reporting or 0
        self.own = {place: tuple(sums) for place, sums in self.filled.items()}
        steps = sorted({int(rule["step_number"]) for rule in self.rules})
        for step in steps:
            self.give_to_pools(step)
        for place in sorted(self.filled):
            self.give_to_customers(place, lines)

    def give_to_pools(self, step):
        """Pools of a step give to pools of later steps, by the cost these have of their own."""
        given = []
        for place in sorted(self.filled):
            period, entity, pool, account = place
            rules = [rule for rule in self.rules_of(pool, period, entity, "pool")
                     if int(rule["step_number"]) == step]
            for rule in rules:
                drivers = self.receiving(period, entity, step, rule)
                if not drivers or not sum(drivers.values()):
                    continue
                share = number(rule.get("pool_share_ratio") or "1")
                for at, currency in enumerate(self.currencies(entity)):
                    digits, amount = self.company.scale(currency), self.filled[place][at]
                    shares = {rule["rule_id"]: share, "~": 1 - share}
                    amount = allocate(amount, shares, digits)[rule["rule_id"]]
                    given.append((place, at, -amount))
                    for receiver, part in allocate(amount, drivers, digits).items():
                        given.append(((period, entity, receiver, account), at, part))
        for place, at, amount in given:
            self.filled[place][at] += amount

    def receiving(self, period, entity, step, rule):
        """{pool: its own cost or practical minutes} of pools of later steps."""
        later = {other["pool_name"] for other in self.rules
                 if int(other["step_number"]) > step and self.valid(other, period)}
        if rule.get("receiver_pool_name"):
            later &= {rule["receiver_pool_name"]}
        if rule["driver_name"] == "practical_minutes":
            return {pool: self.capacity(period, entity, pool) or Decimal(0) for pool in later}
        period, own = self.company.drivers_of(period), defaultdict(Decimal)
        for (period_id, entity_id, pool, _), (functional, _) in self.own.items():
            if (period_id, entity_id) == (period, entity) and pool in later:
                own[pool] -= functional
        return {pool: max(cost, Decimal(0)) for pool, cost in own.items()}

    def currencies(self, entity):
        return (self.company.books[entity], self.company.reporting)

    def capacity(self, period, entity, pool):
        """Practical minutes of the function whose cost the pool holds; nothing where unknown."""
        functions = {rule["cost_function"] for rule in self.rules if rule["pool_name"] == pool}
        rows = [row for row in self.company.tables["staff.capacity"] if row["period_id"] == period]
        minutes = None
        for row in rows:
            worker = self.company.employees.get(row["employee_id"], {})
            centre = self.company.centres.get(
                row["cost_centre_id"] or worker.get("cost_centre_id"), {})
            if (centre.get("entity_id") or worker.get("entity_id")) == entity and (
                    centre.get("cost_function") in functions):
                minutes = (minutes or 0) + number(row["practical_minutes"])
        return minutes

    def pallet_capacity(self, period, entity):
        """Days of all pallet places of an entity's warehouses."""
        row = self.company.periods[period]
        days = (row["ends_on"] - row["starts_on"]).days + 1
        places = sum(number(house["pallet_place_count"]) or 0
                     for house in self.company.warehouses.values() if house["entity_id"] == entity)
        return places * days or None

    def receivers(self, period, entity, rule, unused):
        """By what a rule spreads: quantities, times minutes where time drives, and what is free."""
        regular = self.company.drivers_of(period)
        found = self.quantities.get((regular, entity, rule["driver_name"]), {})
        minutes = number(rule["minutes_per_unit"]) or Decimal(1)
        drivers = {who: max(quantity, Decimal(0)) * minutes for who, quantity in found.items()}
        if unused:
            is_pallets = rule["driver_name"] == "pallet_days"
            capacity = (self.pallet_capacity(regular, entity) if is_pallets
                        else self.capacity(regular, entity, rule["pool_name"]))
            free = (capacity or 0) - sum(drivers.values())
            if free > 0:
                drivers[UNUSED, UNASSIGNED] = free
        return {who: weight for who, weight in drivers.items() if weight}

    def give_to_customers(self, place, lines):
        period, entity, pool, account = place
        rules = self.rules_of(pool, period, entity, "customer")
        amounts = self.filled[place]
        if not rules:
            lines.add((period, entity, account, "?"), (UNASSIGNED, UNASSIGNED), *amounts,
                      "none", "no_driver")
            return
        shares = {rule["rule_id"]: number(rule.get("pool_share_ratio") or "1") for rule in rules}
        by_rule = [allocate(amount, shares, self.company.scale(currency))
                   for amount, currency in zip(amounts, self.currencies(entity))]
        for rule in rules:
            name = rule["rule_id"]
            unused = [other for other in self.rules_of(pool, period, entity, UNUSED)
                      if other["driver_name"] == rule["driver_name"]]
            drivers = self.receivers(period, entity, rule, unused)
            kind, reason = "allocation", name
            if not drivers:
                drivers = {(UNASSIGNED, UNASSIGNED): Decimal(1)}
                kind, reason = "none", "no_driver"
            parts = [allocate(shared[name], drivers, self.company.scale(currency))
                     for shared, currency in zip(by_rule, self.currencies(entity))]
            where = (period, entity, account, rule["statement_line"])
            for who in drivers:
                lines.add(where, who, parts[0][who], parts[1][who], kind, reason)
