//! How does an order become deliveries, invoices and returns?

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::super::clock::{later, working_day, working_days_later};
use super::super::company::{Currency, ENTITIES, SECOND_WAREHOUSE, UNITS, WAREHOUSES, account};
use super::super::feeds::Feeds;
use super::super::products::{FREIGHT_CHARGE, Kind, rounded};
use super::super::random::Stream;
use super::super::run::Run;
use super::super::tables;
use super::super::world::{Customer, World};
use super::Trade;
use super::books::{Document, Posting};
use super::invoices::{Invoice, InvoiceLine};
use super::orders::{Line, Order};

/// Goods that leave a warehouse together.
struct Shipment {
    id: String,
    warehouse: usize,
    on: NaiveDate,
    /// places in the order's lines, and how many pieces
    lines: Vec<(usize, i64)>,
}

/// A time of day at the office, from a number.
pub(super) fn office_time(day: NaiveDate, number: u64) -> NaiveDateTime {
    let seconds = 8 * 3600 + 1800 + u32::try_from(number % (9 * 3600)).unwrap_or_default();
    day.and_time(NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default())
}

impl Trade {
    /// Everything that follows from an order.
    pub(super) fn fulfil(&mut self, run: &mut Run, index: usize, order: &Order) {
        let mut stream = Stream::named(run.world.scale.seed, "fulfilment", &order.id);
        let customer = &run.world.customers[index];
        order_row(&mut run.feeds, customer, &run.world, order, (order.on, "open"));
        write_order_lines(&run.world, &mut run.feeds, order, &mut stream);
        if order.is_cancelled {
            let on = later(order.on, 1 + stream.below(3));
            // Some are not taken back but were entered by mistake, and are deleted.
            let status = if stream.chance(200) { "deleted" } else { "cancelled" };
            order_row(&mut run.feeds, customer, &run.world, order, (on, status));
            return;
        }
        let shipments = shipments(&run.world, customer, order, &mut stream);
        let mut prepaid = self.prepay(run, index, order, &mut stream);
        let mut bills = 0;
        let mut last = order.on;
        for (place, shipment) in shipments.iter().enumerate() {
            self.ship(run, index, order, shipment);
            let lines = billed(&run.world, order, shipment, place == 0);
            let on = working_days_later(shipment.on, stream.below(3));
            for (on, lines) in split(on, lines, &mut stream) {
                bills += 1;
                last = self.bill_order(run, index, order, (bills, on), lines, &mut prepaid);
            }
        }
        if shipments.is_empty() {
            let on = working_days_later(order.on, 3);
            let lines = work_lines(&run.world, order);
            last = self.bill_order(run, index, order, (1, on), lines, &mut prepaid);
        }
        let customer = &run.world.customers[index];
        if let Some(shipment) = shipments.last() {
            let state = (shipment.on.min(last), "delivered");
            order_row(&mut run.feeds, customer, &run.world, order, state);
        }
        order_row(&mut run.feeds, customer, &run.world, order, (last, "invoiced"));
        if stream.chance(run.world.customers[index].returns_per_mille)
            && let Some(shipment) = shipments.first()
        {
            self.take_back(run, index, order, shipment, &mut stream);
        }
    }

    /// A few customers pay a part ahead: how much, in cents of their currency.
    fn prepay(&mut self, run: &mut Run, index: usize, order: &Order, stream: &mut Stream) -> i64 {
        if !stream.chance(12) {
            return 0;
        }
        let Run { world, feeds, .. } = run;
        let customer = &world.customers[index];
        let (amount, on) = (order.net() * 3 / 10, working_days_later(order.on, 1));
        let id = order.id.replacen("SO", "PA", 1);
        let debtor = customer.debtor_id();
        feeds.row(&tables::PAYMENTS, on, |row| {
            row.text(&id).text(ENTITIES[customer.entity].id).date(on).text(&debtor).none();
            row.text("prepayment").text(customer.currency.code()).money(amount);
        });
        let month = super::super::clock::Month::of(on);
        let rate = super::invoices::booked_rate(world, customer.currency, customer.entity, month);
        let document = Document {
            kind: "prepayment",
            origin: "bank",
            currency: customer.currency,
            rate,
            text: &order.id,
            ..Document::new(customer.entity, &id, on)
        };
        let lines = [
            Posting::new(account::BANK, amount),
            Posting::new(account::PREPAYMENTS, -amount).of(&debtor),
        ];
        self.books.post(feeds, &document, &lines);
        amount
    }

    /// Bills lines of an order and returns the day.
    fn bill_order(
        &mut self,
        run: &mut Run,
        index: usize,
        order: &Order,
        (number, on): (usize, NaiveDate),
        mut lines: Vec<InvoiceLine>,
        prepaid: &mut i64,
    ) -> NaiveDate {
        let customer = &run.world.customers[index];
        let net: i64 = lines.iter().map(|line| line.net).sum();
        if number == 1 {
            lines.extend(freight_charge(&run.world, customer, order, net));
        }
        // What was paid ahead is set against the first invoices, never more than they ask for.
        let used = net.clamp(0, *prepaid);
        *prepaid -= used;
        let invoice = Invoice {
            id: format!("{}-{number}", order.id.replacen("SO", "IV", 1)),
            kind: "invoice",
            entity: customer.entity,
            on,
            order: &order.id,
            corrects: "",
            lines,
            prepaid: used,
        };
        self.bill(run, index, &invoice);
        on
    }

    /// Writes a delivery, takes the goods out of stock and books their cost.
    fn ship(&mut self, run: &mut Run, index: usize, order: &Order, shipment: &Shipment) {
        let Run { world, feeds, .. } = run;
        let customer = &world.customers[index];
        let house = &WAREHOUSES[shipment.warehouse];
        let currency = ENTITIES[house.entity].currency;
        let changed_at = office_time(shipment.on, index as u64 * 97);
        let mut grams = 0;
        let mut cost = 0;
        for (place, (line, quantity)) in shipment.lines.iter().enumerate() {
            let line = &order.lines[*line];
            let product = &world.products[line.product];
            grams += product.grams * quantity;
            feeds.row(&tables::DELIVERY_LINES, shipment.on, |row| {
                row.text(&shipment.id).int(place as i64 + 1).text(&order.id).int(line.number);
                row.text(&product.sku).int(*quantity).time(changed_at);
            });
            let at = (shipment.on, shipment.warehouse);
            cost += self.stock.issue(world, feeds, at, (line.product, *quantity), &shipment.id);
        }
        let freight = freight(currency, grams, customer.country == ENTITIES[house.entity].country);
        let pallets = 1 + grams / 180_000;
        feeds.row(&tables::DELIVERIES, shipment.on, |row| {
            row.text(&shipment.id).text(&order.id).text(&customer.sales_id()).text(house.code);
            row.text(["Suyun", "Harbour Lines", "Kestrel Express"][index % 3]).date(shipment.on);
            row.date(later(shipment.on, 1 + index as u64 % 4)).money(freight);
            row.text(currency.code()).decimal(grams, 3).int(pallets).time(changed_at);
        });
        self.tally_delivery(world, customer, shipment.on, (house.entity, freight, cost));
        let document = Document {
            kind: "goods_issue",
            origin: "stock",
            text: &order.id,
            ..Document::new(house.entity, &shipment.id, shipment.on)
        };
        let debtor = customer.debtor_id();
        let lines = [
            Posting::new(account::GOODS_COST, cost).of(&debtor),
            Posting::new(account::STOCK, -cost),
        ];
        self.books.post(feeds, &document, &lines);
    }

    /// Goods come back: into the warehouse they left, against a credit note.
    fn take_back(
        &mut self,
        run: &mut Run,
        index: usize,
        order: &Order,
        shipment: &Shipment,
        stream: &mut Stream,
    ) {
        let on = working_days_later(later(shipment.on, 6 + stream.below(20)), 1);
        let whole = run.world.customers[index].returns_per_mille > 500;
        let any = shipment.lines[stream.place(shipment.lines.len())];
        let worth = |(line, shipped): &(usize, i64)| order.lines[*line].price * shipped;
        let dearest = shipment.lines.iter().max_by_key(|line| worth(line)).copied();
        // Who sends most of it back sends back what is dearest.
        let (line, shipped) = if whole { dearest.unwrap_or(any) } else { any };
        let quantity = if whole { shipped } else { 1 + shipped / 3 }.min(shipped);
        let line = &order.lines[line];
        let place =
            shipment.lines.iter().position(|(at, _)| order.lines[*at].number == line.number);
        let delivery = (shipment.id.clone(), place.unwrap_or_default() as i64 + 1);
        let id = order.id.replacen("SO", "RT", 1);
        let credit_note = order.id.replacen("SO", "CN", 1);
        let reason = *stream.pick(&["defect", "wrong_item", "not_needed", "late", "damaged"]);
        let Run { world, feeds, .. } = &mut *run;
        let customer = &world.customers[index];
        feeds.row(&tables::RETURNS, on, |row| {
            row.text(&id).int(1).text(&customer.sales_id()).text(&delivery.0).int(delivery.1);
            row.text(&order.id).int(line.number).text(&world.products[line.product].sku);
            row.int(quantity).text(reason).text(if reason == "damaged" { "scrap" } else { "good" });
            row.date(on).text(&credit_note).time(office_time(on, index as u64 * 61));
        });
        let at = (on, shipment.warehouse);
        let cost = -self.stock.issue(world, feeds, at, (line.product, -quantity), &id);
        let entity = WAREHOUSES[shipment.warehouse].entity;
        self.tally_delivery(world, customer, on, (entity, 0, -cost));
        let document = Document {
            kind: "goods_return",
            origin: "stock",
            text: &order.id,
            ..Document::new(entity, &id, on)
        };
        let debtor = customer.debtor_id();
        let lines = [
            Posting::new(account::STOCK, cost),
            Posting::new(account::GOODS_COST, -cost).of(&debtor),
        ];
        self.books.post(feeds, &document, &lines);
        let corrects = format!("{}-1", order.id.replacen("SO", "IV", 1));
        let invoice = Invoice {
            id: credit_note,
            kind: "credit_note",
            entity: customer.entity,
            on: working_days_later(on, 1),
            order: &order.id,
            corrects: &corrects,
            lines: vec![InvoiceLine {
                kind: "goods",
                order_line: Some(line.number),
                delivery: Some(delivery),
                product: Some(line.product),
                quantity: -quantity,
                list: -quantity * line.list_price,
                net: -quantity * line.price,
            }],
            prepaid: 0,
        };
        self.bill(run, index, &invoice);
    }
}

/// Writes an order's state; a state `deleted` is a cancelled order with the mark of deletion.
fn order_row(
    feeds: &mut Feeds,
    customer: &Customer,
    world: &World,
    order: &Order,
    (on, status): (NaiveDate, &str),
) {
    let contact = customer.contact_id(order.lines.len() % customer.contact_count());
    let number = customer.index as u64 * 131 + order.lines.len() as u64 * 1_009;
    feeds.row(&tables::ORDERS, on, |row| {
        row.text(&order.id).text(&customer.sales_id()).text(&contact).date(order.on);
        row.text(customer.currency.code());
        row.text(if status == "deleted" { "cancelled" } else { status });
        row.text(["field", "phone", "web", "email"][customer.index % 4]);
        row.text(&world.employees[customer.owner].id).text(UNITS[customer.unit].id);
        row.text(ENTITIES[customer.entity].id);
        row.text(&if order.has_quote { order.quote_id() } else { String::new() });
        row.text(&if order.has_opportunity { order.opportunity_id() } else { String::new() });
        row.none().date(order.requested).time(office_time(on, number)).flag(status == "deleted");
    });
}

/// Writes an order's lines; a few are entered with a wrong quantity and corrected a day later.
fn write_order_lines(world: &World, feeds: &mut Feeds, order: &Order, stream: &mut Stream) {
    for line in &order.lines {
        let is_wrong = stream.chance(10);
        let states = [(order.on, i64::from(is_wrong)), (later(order.on, 1), 0)];
        for (on, excess) in states.into_iter().take(1 + usize::from(is_wrong)) {
            let quantity = line.quantity + excess;
            feeds.row(&tables::ORDER_LINES, on, |row| {
                row.text(&order.id).int(line.number);
                match line.parent {
                    Some(parent) => row.int(parent),
                    None => row.none(),
                };
                row.text(&world.products[line.product].sku).int(quantity);
                row.money(line.list_price).money(line.price).money(quantity * line.price);
                row.time(office_time(on, line.number.unsigned_abs() * 977));
            });
        }
    }
}

/// What leaves when and from where: Shanghai ships some lines from its second warehouse, and some
/// shipments go in two parts.
fn shipments(
    world: &World,
    customer: &Customer,
    order: &Order,
    stream: &mut Stream,
) -> Vec<Shipment> {
    let own = ENTITIES[customer.entity].warehouse;
    let mut lines: Vec<(usize, Vec<(usize, i64)>)> = Vec::new();
    for (place, line) in order.lines.iter().enumerate() {
        if world.products[line.product].kind != Kind::Goods {
            continue;
        }
        let is_second = own == 0 && stream.chance(250);
        let warehouse = if is_second { SECOND_WAREHOUSE } else { own };
        match lines.iter_mut().find(|(known, _)| *known == warehouse) {
            Some((_, lines)) => lines.push((place, line.quantity)),
            None => lines.push((warehouse, vec![(place, line.quantity)])),
        }
    }
    let digits = order.id.replacen("SO", "DN", 1);
    let mut shipments: Vec<Shipment> = Vec::new();
    for (warehouse, lines) in lines {
        let on = working_days_later(order.on, 1 + stream.below(6));
        let is_parted = stream.chance(120) && lines.iter().any(|(_, quantity)| *quantity > 1);
        if !is_parted {
            let id = format!("{digits}-{}", shipments.len() + 1);
            shipments.push(Shipment { id, warehouse, on, lines });
            continue;
        }
        // The larger part first.
        let rest: Vec<_> = lines.iter().map(|(place, quantity)| (*place, quantity / 2)).collect();
        let first = lines.iter().zip(&rest).map(|((place, all), (_, rest))| (*place, all - rest));
        let rest_on = working_day(later(on, 4 + stream.below(7)));
        for (on, lines) in [(on, first.collect()), (rest_on, rest)] {
            let lines: Vec<_> = lines;
            let id = format!("{digits}-{}", shipments.len() + 1);
            let lines = lines.into_iter().filter(|(_, quantity)| *quantity > 0).collect();
            shipments.push(Shipment { id, warehouse, on, lines });
        }
    }
    shipments.sort_by_key(|shipment| shipment.on);
    shipments
}

/// What a carrier takes, in cents of a currency: a fixed part and one by weight.
fn freight(currency: Currency, grams: i64, is_domestic: bool) -> i64 {
    let yuan_cents = 1_800 + grams * 12 / 100 + if is_domestic { 0 } else { 6_000 };
    match currency {
        Currency::Cny => yuan_cents,
        Currency::Eur => yuan_cents * 10 / 78,
        Currency::Usd => yuan_cents * 10 / 71,
    }
}

/// Freight that the customer pays where it orders little.
fn freight_charge(
    world: &World,
    customer: &Customer,
    order: &Order,
    net: i64,
) -> Option<InvoiceLine> {
    let product = world.products.iter().find(|product| product.sku == FREIGHT_CHARGE)?;
    let price = product.list_price(customer.currency, order.on);
    let has_goods = order.lines.iter().any(|line| world.products[line.product].kind == Kind::Goods);
    let is_little = net < 20 * price && customer.index.is_multiple_of(3);
    (has_goods && is_little).then_some(InvoiceLine {
        kind: "freight",
        order_line: None,
        delivery: None,
        product: Some(product.index),
        quantity: 1,
        list: price,
        net: price,
    })
}

fn invoice_line(
    world: &World,
    line: &Line,
    quantity: i64,
    delivery: Option<(String, i64)>,
) -> InvoiceLine {
    let is_work = world.products[line.product].kind == Kind::Work;
    InvoiceLine {
        kind: if is_work { "service" } else { "goods" },
        order_line: Some(line.number),
        delivery,
        product: Some(line.product),
        quantity,
        list: quantity * line.list_price,
        net: quantity * line.price,
    }
}

/// What a shipment is billed with: its goods; with the first one also work, and kits as a whole,
/// whose items are not billed again.
fn billed(world: &World, order: &Order, shipment: &Shipment, is_first: bool) -> Vec<InvoiceLine> {
    let mut lines = Vec::new();
    for (place, (at, quantity)) in shipment.lines.iter().enumerate() {
        let line = &order.lines[*at];
        if line.parent.is_none() {
            let delivery = Some((shipment.id.clone(), place as i64 + 1));
            lines.push(invoice_line(world, line, *quantity, delivery));
        }
    }
    if is_first {
        lines.extend(work_lines(world, order));
    }
    lines
}

/// The lines that no shipment bills: work, and kits.
fn work_lines(world: &World, order: &Order) -> Vec<InvoiceLine> {
    let is_other =
        |line: &&Line| line.parent.is_none() && world.products[line.product].kind != Kind::Goods;
    let lines = order.lines.iter().filter(is_other);
    lines.map(|line| invoice_line(world, line, line.quantity, None)).collect()
}

/// Some deliveries are billed in two parts: of twelve pieces first eight, then four.
fn split(
    on: NaiveDate,
    lines: Vec<InvoiceLine>,
    stream: &mut Stream,
) -> Vec<(NaiveDate, Vec<InvoiceLine>)> {
    let is_split = stream.chance(60) && lines.iter().any(|line| line.quantity >= 3);
    if lines.is_empty() {
        return Vec::new();
    }
    if !is_split {
        return vec![(on, lines)];
    }
    let mut first = Vec::new();
    let mut second = Vec::new();
    for line in lines {
        let later = if line.quantity >= 3 { line.quantity / 3 } else { 0 };
        let part = |quantity: i64| InvoiceLine {
            quantity,
            list: rounded(i128::from(line.list) * i128::from(quantity), line.quantity.into()),
            net: rounded(i128::from(line.net) * i128::from(quantity), line.quantity.into()),
            delivery: line.delivery.clone(),
            ..line
        };
        if later > 0 {
            second.push(part(later));
        }
        first.push(part(line.quantity - later));
    }
    vec![(on, first), (working_days_later(on, 5), second)]
}
