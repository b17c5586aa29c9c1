//! How is what service bills invoiced and booked?

use super::super::company::{ENTITIES, SERVICE_ENTITY, account};
use super::super::products::{Kind, SERVICE_CONTRACT};
use super::super::run::Run;
use super::super::service::{Bill, BillLine};
use super::super::world::{Customer, World};
use super::Trade;
use super::books::{Document, Posting};
use super::invoices::{Invoice, InvoiceLine};

/// Who serves a customer: in China the service company, abroad the entity that sells.
fn serving(customer: &Customer) -> usize {
    customer.entity.max(SERVICE_ENTITY)
}

impl Trade {
    /// Bills work, parts and contracts, and takes the parts out of stock.
    pub(super) fn bill_service(&mut self, run: &mut Run, bill: &Bill) {
        let customer = &run.world.customers[bill.customer];
        let entity = serving(customer);
        let line = |line: &BillLine| service_line(&run.world, customer, bill, line);
        let invoice = Invoice {
            id: format!("SI-{}", bill.reference),
            kind: "invoice",
            entity,
            on: bill.on,
            order: "",
            corrects: "",
            lines: bill.lines.iter().map(line).collect(),
            prepaid: 0,
        };
        self.bill(run, bill.customer, &invoice);
        let Run { world, feeds, .. } = run;
        let customer = &world.customers[bill.customer];
        let id = format!("GI-{}", bill.reference);
        let at = (bill.on, ENTITIES[entity].warehouse);
        let mut cost = 0;
        for line in &bill.lines {
            if world.products[line.product].kind == Kind::Part {
                cost += self.stock.issue(world, feeds, at, (line.product, line.quantity), &id);
            }
        }
        if cost == 0 {
            return;
        }
        self.tally_delivery(world, customer, bill.on, (entity, 0, cost));
        let document = Document {
            kind: "goods_issue",
            origin: "stock",
            text: &bill.reference,
            ..Document::new(entity, &id, bill.on)
        };
        let debtor = customer.debtor_id();
        let lines = [
            Posting::new(account::PARTS_COST, cost).of(&debtor),
            Posting::new(account::STOCK, -cost),
        ];
        self.books.post(feeds, &document, &lines);
    }
}

fn service_line(world: &World, customer: &Customer, bill: &Bill, line: &BillLine) -> InvoiceLine {
    let product = &world.products[line.product];
    let list_price = product.list_price(customer.currency, bill.on);
    let price = line.price.unwrap_or(list_price);
    let kind = match product.kind {
        Kind::Part => "parts",
        _ if product.sku == SERVICE_CONTRACT => "contract",
        _ => "service",
    };
    InvoiceLine {
        kind,
        order_line: None,
        delivery: None,
        product: Some(line.product),
        quantity: line.quantity,
        // A price of its own is agreed, not a discount.
        list: line.quantity * price,
        net: line.quantity * price,
    }
}
