//! What did employees promise to customers, and was it kept?

use chrono::{NaiveDate, NaiveDateTime};

use super::super::clock::{Month, later};
use super::super::tables;
use super::super::world::Customer;
use super::touches::Touch;
use super::{Desk, at, wording, working_day_after};

/// A promise.
pub(super) struct Promise<'a> {
    /// who promised, a place in the world's employees
    pub(super) employee: usize,
    /// the person at the customer's
    pub(super) contact: Option<usize>,
    /// the number of the contact in which it was promised
    pub(super) touch: &'a str,
    /// `delivery_date`, price, visit, service or `credit_note`
    pub(super) kind: &'static str,
    /// what it is about
    pub(super) subject: &'a str,
    /// when it was promised
    pub(super) at: NaiveDateTime,
    /// the day by which it is due
    pub(super) due: NaiveDate,
    /// an amount in cents of the customer's currency, where one was named
    pub(super) amount: Option<i64>,
    /// in the employee's words
    pub(super) wording: &'a str,
    /// the day on which it was settled, and how
    pub(super) end: Option<(NaiveDate, &'static str)>,
}

/// Writes a promise and what became of it, and returns its number.
pub(super) fn write(desk: &mut Desk<'_>, customer: &Customer, promise: &Promise<'_>) -> String {
    let day = promise.at.date();
    let id = desk.numbers.next("PR", day);
    let end = promise.end.map(|(day, status)| (at(day, 17 * 60 + 20), status));
    for (changed, status) in std::iter::once((promise.at, "open")).chain(end) {
        desk.feeds.row(&tables::PROMISES, changed.date(), |row| {
            row.text(&id).text(&customer.sales_id());
            match promise.contact {
                Some(person) => row.text(&customer.contact_id(person)),
                None => row.none(),
            };
            row.text(&desk.world.employees[promise.employee].id).text(promise.touch);
            row.text(promise.kind).text(promise.subject).date(day).date(promise.due);
            match promise.amount {
                Some(amount) => row.money(amount).text(customer.currency.code()),
                None => row.none().none(),
            };
            row.text(promise.wording).text(status).time(changed);
        });
    }
    id
}

/// The kinds of promises: English and Chinese subject and wording. `{}` stands for a product, `{m}`
/// for the month, which keeps the subjects of a customer apart.
const KINDS: [(&str, [&str; 2], [&str; 2]); 5] = [
    (
        "delivery_date",
        ["Delivery of {}, {m}", "{}交货，{m}"],
        ["Will be at your gate by then", "届时送到贵厂"],
    ),
    (
        "price",
        ["Price of {}, {m}", "{}价格，{m}"],
        ["The price holds for the next order", "下一单按此价格"],
    ),
    (
        "visit",
        ["Visit about {}, {m}", "{}现场拜访，{m}"],
        ["I will come and look at it myself", "我会亲自到现场查看"],
    ),
    (
        "service",
        ["Service of {}, {m}", "{}服务，{m}"],
        ["A technician will have seen to it by then", "届时技术员处理完毕"],
    ),
    (
        "credit_note",
        ["Credit note for {}, {m}", "{}红字发票，{m}"],
        ["You will get the difference back", "差额将退还"],
    ),
];

/// Writes what was promised in a contact of a month; there is one such promise a month, so that no
/// two of a customer are about the same.
pub(super) fn month(
    desk: &mut Desk<'_>,
    customer: &Customer,
    month: Month,
    touch: &Touch<'_>,
    id: &str,
) {
    let mut stream = desk.world.stream("promises", customer.index, month.key());
    let (kind, subjects, wordings) = KINDS[stream.weighted(&[40, 15, 20, 20, 5])];
    let product = wording::product(desk.world, customer, &mut stream);
    let language = usize::from(customer.is_chinese);
    let name = if customer.is_chinese { &product.name_zh } else { &product.name };
    let subject = subjects[language].replace("{}", name).replace("{m}", &month.name());
    let list_price = product.list_price(customer.currency, touch.at.date());
    let amount = match kind {
        "price" => Some(list_price * (100 - customer.discount_percent) / 100),
        "credit_note" => Some(list_price * stream.between(5, 30) / 100),
        _ => None,
    };
    let due = working_day_after(touch.at.date(), 4 + stream.below(24));
    let end = if stream.chance(880) {
        let days = u64::try_from((due - touch.at.date()).num_days()).unwrap_or_default();
        (later(touch.at.date(), days.saturating_sub(stream.below(4)).max(1)), "kept")
    } else {
        (later(due, 1), "broken")
    };
    let promise = Promise {
        employee: touch.employee,
        contact: touch.contact,
        touch: id,
        kind,
        subject: &subject,
        at: touch.at,
        due,
        amount,
        wording: wordings[language],
        end: Some(end),
    };
    write(desk, customer, &promise);
}
