//! Where do two of our people tell a customer different things? What is planted, and what only
//! looks like it.

use chrono::NaiveDate;
use serde_json::json;

use super::super::answers::Answers;
use super::super::clock::{DATA_DATE, earlier, later};
use super::super::products::{GOODS_CATEGORIES, Product};
use super::super::roles::Role;
use super::super::text::money;
use super::super::world::{Customer, World};
use super::promises::Promise;
use super::quotes::{DAYS_VALID, Line, Quote};
use super::touches::Touch;
use super::{Desk, at, colleague, promises, technician, touches, working_day_after};

/// Customers with which nothing happens but what is planted, by their place among them.
pub(super) fn quiet(world: &World, place: usize) -> Option<&Customer> {
    world.with_role(Role::Quiet).nth(place)
}

/// Writes what is planted.
pub(super) fn plant(desk: &mut Desk<'_>, answers: &mut Answers) {
    quotes(desk, answers);
    quotes_of_duplicates(desk, answers);
    commitments(desk, answers);
}

/// One of two quotes that are compared.
struct Offer<'a> {
    /// who is offered something
    customer: &'a Customer,
    /// who offers
    owner: usize,
    /// when
    on: NaiveDate,
    /// what
    product: &'a Product,
    /// the price of one, in cents
    price: i64,
    /// how many
    quantity: i64,
    /// the end, where it is not that the quote expires
    end: Option<(NaiveDate, &'static str)>,
}

fn offer(desk: &mut Desk<'_>, offer: &Offer<'_>) -> String {
    let Offer { customer, product, on, .. } = *offer;
    let valid_to = later(on, DAYS_VALID);
    let quote = Quote {
        id: desk.numbers.next("QU", on),
        owner: offer.owner,
        contact: 0,
        opportunity: String::new(),
        on,
        valid_to,
        lines: vec![Line {
            number: 1,
            product: product.index,
            quantity: offer.quantity,
            list_price: product.list_price(customer.currency, on).max(offer.price),
            price: offer.price,
        }],
        end: offer.end.or(Some((later(valid_to, 1), "expired"))),
    };
    quote.write(desk, customer);
    quote.id
}

/// What the second of two quotes is like.
struct Second {
    /// days after the first
    days: u64,
    /// its price in ten-thousandths of that of the first
    price: i64,
    /// why the pair is no conflict; nothing where it is one
    because: Option<&'static str>,
}

const fn second(days: u64, price: i64, because: Option<&'static str>) -> Second {
    Second { days, price, because }
}

const PAIRS: [Second; 12] = [
    second(9, 10_150, None),
    second(4, 10_300, None),
    second(12, 9_200, None),
    second(20, 11_200, None),
    // The second begins on the day on which the first ends.
    second(DAYS_VALID, 9_600, None),
    second(2, 12_500, None),
    second(7, 10_100, Some("the prices differ by exactly one percent")),
    second(DAYS_VALID + 1, 9_400, Some("the second begins the day after the first ended")),
    second(5, 16_000, Some("another tier of the product")),
    second(8, 9_300, Some("the first was withdrawn before the second was written")),
    second(6, 9_500, Some("the same salesperson revised the quote")),
    second(10, 10_000, Some("the same price for another quantity")),
];
/// Places in [`PAIRS`].
const OTHER_TIER: usize = 8;
const WITHDRAWN: usize = 9;
const SAME_SELLER: usize = 10;

fn quotes(desk: &mut Desk<'_>, answers: &mut Answers) {
    let world = desk.world;
    for (place, pair) in PAIRS.iter().enumerate() {
        let Some(customer) = quiet(world, place) else { return };
        let mut stream = world.stream("conflicting quotes", customer.index, 0);
        // The first pairs still hold on the data date, the others lie further back.
        let on = earlier(DATA_DATE, 16 + 24 * place as u64 + stream.below(8));
        let on = if place == 0 { earlier(DATA_DATE, 18) } else { on };
        // Groups of goods have three tiers each, so this is one of the lowest tier.
        let product = &world.products[3 * stream.place(21)];
        let price = low_price(product, customer, on);
        let second_on = later(on, pair.days);
        let first = Offer {
            customer,
            owner: customer.owner,
            on,
            product,
            price,
            quantity: stream.between(2, 20),
            end: (place == WITHDRAWN).then(|| (later(on, 5), "withdrawn")),
        };
        let is_other_tier = place == OTHER_TIER;
        let owner =
            if place == SAME_SELLER { customer.owner } else { colleague(world, customer, place) };
        let other = Offer {
            owner,
            on: second_on,
            product: &world.products[product.index + usize::from(is_other_tier)],
            price: price * pair.price / 10_000,
            quantity: stream.between(21, 40),
            end: None,
            ..first
        };
        state(desk, answers, [&first, &other], pair.because);
    }
}

/// A price below the list of which one percent is whole cents.
fn low_price(product: &Product, customer: &Customer, on: NaiveDate) -> i64 {
    (product.list_price(customer.currency, on) * 70 / 100 / 10_000).max(1) * 10_000
}

/// Writes two offers and says whether they must be found.
fn state(
    desk: &mut Desk<'_>,
    answers: &mut Answers,
    offers: [&Offer<'_>; 2],
    because: Option<&str>,
) {
    let world = desk.world;
    let ids = offers.map(|one| offer(desk, one));
    let [first, other] = offers;
    let fact = json!({
        "customer": first.customer.sales_id(),
        "customers": offers.map(|offer| offer.customer.sales_id()),
        "sku": first.product.sku,
        "quotes": ids,
        "employees": offers.map(|offer| &world.employees[offer.owner].id),
        "prices": offers.map(|offer| money(offer.price)),
        "currency": first.customer.currency.code(),
        "overlap_from": other.on.to_string(),
        "overlap_to": later(first.on, DAYS_VALID).to_string(),
    });
    match because {
        None => answers.reported("conflicting_quotes", fact),
        Some(because) => answers.near_miss("conflicting_quotes", because, fact),
    }
}

/// The same company is in the books twice, and each record has an offer of its own.
fn quotes_of_duplicates(desk: &mut Desk<'_>, answers: &mut Answers) {
    let world = desk.world;
    let pairs = world
        .with_role(Role::Duplicate)
        .filter_map(|duplicate| Some((duplicate, &world.customers[duplicate.same_as?])));
    for (place, (duplicate, original)) in pairs.take(3).enumerate() {
        if duplicate.currency != original.currency {
            continue;
        }
        let mut stream = world.stream("conflicting quotes", duplicate.index, 1);
        let on = earlier(DATA_DATE, 30 + 40 * place as u64 + stream.below(10));
        let Some(product) = unwanted(world, original) else { continue };
        let price = low_price(product, original, on);
        let first = Offer {
            customer: original,
            owner: original.owner,
            on,
            product,
            price,
            quantity: stream.between(2, 12),
            end: None,
        };
        let because = (place == 2).then_some("both records were offered the same price");
        let other = Offer {
            customer: duplicate,
            owner: colleague(world, original, place),
            on: later(on, 6),
            price: if place == 2 { price } else { price * 108 / 100 },
            ..first
        };
        state(desk, answers, [&first, &other], because);
    }
}

/// A product of a category that the customer never buys of, so that no other offer meets it.
fn unwanted<'a>(world: &'a World, customer: &Customer) -> Option<&'a Product> {
    world.products.iter().find(|product| {
        product.category < GOODS_CATEGORIES
            && product.tier == 1
            && product.items.is_empty()
            && customer.tastes[product.category] == 0
    })
}

/// What several people promised about something.
struct Said {
    /// delivery date, price, visit, service or credit note
    kind: &'static str,
    /// what about, in English and Chinese, one for each promise
    subjects: [[&'static str; 2]; 3],
    /// days after the data date on which each promise is due
    due: [u64; 3],
    /// amounts in whole units of the customer's currency; 0 for none
    amounts: [i64; 3],
    /// where an earlier promise had been withdrawn or kept before the next was given
    settled: Option<&'static str>,
    /// who promised: 0 the owner, 1 a colleague, 2 a technician
    people: [usize; 3],
    /// why there is no conflict; nothing where there is one
    because: Option<&'static str>,
}

/// What all promises planted have in common.
const SAID: Said = Said {
    kind: "delivery_date",
    subjects: [[""; 2]; 3],
    due: [21; 3],
    amounts: [0; 3],
    settled: None,
    people: [0, 1, 2],
    because: None,
};

const PROMISES: [Said; 10] = [
    Said {
        subjects: [["Delivery of the control cabinet", "控制柜交货"]; 3],
        due: [10, 17, 31],
        ..SAID
    },
    Said {
        kind: "price",
        subjects: [["Price of the pressure transmitters 2026", "2026年压力变送器价格"]; 3],
        amounts: [2_350, 2_190, 2_480],
        ..SAID
    },
    Said {
        kind: "visit",
        subjects: [["Inspection of tank 4", "4号罐现场检查"]; 3],
        due: [3, 8, 15],
        ..SAID
    },
    Said {
        kind: "service",
        subjects: [["Repair of the flow meter", "流量计维修"]; 3],
        due: [5, 5, 12],
        ..SAID
    },
    Said {
        kind: "credit_note",
        subjects: [["Credit note for the late delivery", "延期交货的红字发票"]; 3],
        amounts: [400, 650, 650],
        ..SAID
    },
    Said {
        subjects: [["Delivery of the spare probes", "备用探头交货"]; 3],
        because: Some("three people promised the same date"),
        ..SAID
    },
    Said {
        subjects: [
            ["Delivery of the recorder", "记录仪交货"],
            ["Delivery of the cables", "电缆交货"],
            ["Delivery of the gauges", "压力表交货"],
        ],
        due: [7, 14, 28],
        because: Some("the promises are about different things"),
        ..SAID
    },
    Said {
        kind: "visit",
        subjects: [["Inspection of the boiler house", "锅炉房现场检查"]; 3],
        due: [4, 11, 18],
        settled: Some("withdrawn"),
        because: Some("each promise was withdrawn before the next was given"),
        ..SAID
    },
    Said {
        kind: "service",
        subjects: [["Monthly check of the analyser", "分析仪月检"]; 3],
        due: [2, 9, 16],
        settled: Some("kept"),
        people: [0; 3],
        because: Some("each promise was kept before the same person gave the next"),
        ..SAID
    },
    Said {
        kind: "price",
        subjects: [
            ["Price of the data logger", "数据记录仪价格"],
            ["Price of the data logger", "数据记录仪价格"],
            ["Price of the cable", "电缆价格"],
        ],
        amounts: [6_100, 6_100, 65],
        because: Some("the prices that differ are those of different products"),
        ..SAID
    },
];
/// In whose words, in English and Chinese.
const WORDINGS: [[&str; 2]; 3] = [
    ["You have my word", "我向您保证"],
    ["We will see to it", "我们会落实"],
    ["That is settled", "就这么定了"],
];
/// The place among the quiet customers of the first of these.
const FIRST_OF_PROMISES: usize = 36;

fn commitments(desk: &mut Desk<'_>, answers: &mut Answers) {
    let world = desk.world;
    for (place, said) in PROMISES.iter().enumerate() {
        let Some(customer) = quiet(world, FIRST_OF_PROMISES + place) else { return };
        let people = [customer.owner, colleague(world, customer, place), technician(world, place)];
        let begun = earlier(DATA_DATE, 32 + 2 * place as u64);
        let language = usize::from(customer.is_chinese);
        let subjects = said.subjects.map(|subject| subject[language]);
        let mut ids = Vec::new();
        let mut due_dates = Vec::new();
        for turn in 0..3 {
            let day = working_day_after(begun, 9 * turn as u64);
            let employee = people[said.people[turn]];
            let channel = ["visit", "phone", "video"][(turn + place) % 3];
            let minute = at(day, 600 + 30 * turn as u64);
            let subject = subjects[turn];
            let purpose = if said.people[turn] == 2 { "service_follow_up" } else { "relationship" };
            let touch = Touch {
                minutes: 25,
                ..Touch::outbound(employee, channel, purpose, minute, subject)
            };
            let touch_id = touches::write(desk, customer, &touch);
            let is_settled = turn < 2 && said.settled.is_some();
            // What is settled before the data date was due before it, too.
            let due = if is_settled { later(day, 5) } else { later(DATA_DATE, said.due[turn]) };
            let amount = said.amounts[turn] * 100;
            ids.push(promises::write(
                desk,
                customer,
                &Promise {
                    employee,
                    contact: Some(0),
                    touch: &touch_id,
                    kind: said.kind,
                    subject,
                    at: minute,
                    due,
                    amount: (amount > 0).then_some(amount),
                    wording: WORDINGS[turn][language],
                    end: said.settled.filter(|_| is_settled).map(|status| (later(day, 5), status)),
                },
            ));
            due_dates.push(due.to_string());
        }
        let fact = json!({
            "customer": customer.sales_id(),
            "kind": said.kind,
            "subjects": subjects,
            "promises": ids,
            "employees": said.people.map(|person| &world.employees[people[person]].id),
            "due": due_dates,
            "amounts": said.amounts.map(|amount| money(amount * 100)),
            "currency": customer.currency.code(),
        });
        match said.because {
            None => answers.reported("commitments_by_customer", fact),
            Some(because) => answers.near_miss("commitments_by_customer", because, fact),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PAIRS, PROMISES};

    #[test]
    fn half_is_reported_and_half_is_not() {
        assert_eq!(PAIRS.iter().filter(|pair| pair.because.is_none()).count(), 6);
        assert_eq!(PROMISES.iter().filter(|said| said.because.is_none()).count(), 5);
    }
}
