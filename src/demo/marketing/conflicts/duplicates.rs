//! Who got the same material twice?

use serde_json::json;

use super::super::super::world::Customer;
use super::{Desk, Done, What, ago, brochure, who, with};

const REPORT: &str = "duplicate_contacts";

pub(super) fn plant(desk: &mut Desk<'_>) {
    by_marketing(desk);
    by_marketing_and_sales(desk);
    near_the_time(desk);
    near_the_material(desk);
}

fn pair(customer: &Customer, first: &Done, second: &Done) -> serde_json::Value {
    with(
        who(customer, 0),
        &json!({
            "material": first.material,
            "first_id": first.id,
            "second_id": second.id,
            "first": first.fact,
            "second": second.fact,
        }),
    )
}

fn report(desk: &mut Desk<'_>, customer: &Customer, first: &Done, second: &Done) {
    desk.answers.reported(REPORT, pair(customer, first, second));
}

fn spare(desk: &mut Desk<'_>, customer: &Customer, because: &str, (first, second): (&Done, &Done)) {
    desk.answers.near_miss(REPORT, because, pair(customer, first, second));
}

fn by_marketing(desk: &mut Desk<'_>) {
    if let Some(customer) = desk.customer(72) {
        let first = desk.send(customer, brochure(0), "email", ago(60, 10, 0), "opened");
        let second = desk.send(customer, brochure(0), "email", ago(50, 9, 30), "delivered");
        report(desk, customer, &first, &second);
    }
    // Thirty days, neither more nor less; the hour keeps it within by the clock as well.
    if let Some(customer) = desk.customer(73) {
        let first = desk.send(customer, brochure(1), "email", ago(78, 10, 0), "delivered");
        let second = desk.send(customer, brochure(1), "email", ago(48, 9, 30), "opened");
        report(desk, customer, &first, &second);
    }
    if let Some(customer) = desk.customer(74) {
        let first = desk.send(customer, brochure(2), "email", ago(36, 10, 0), "opened");
        let second = desk.send(customer, brochure(2), "email", ago(36, 16, 20), "delivered");
        report(desk, customer, &first, &second);
    }
    if let Some(customer) = desk.customer(77) {
        let first = desk.send(customer, brochure(5), "email", ago(57, 9, 45), "clicked");
        let second = desk.send(customer, brochure(5), "post", ago(49, 8, 30), "delivered");
        report(desk, customer, &first, &second);
    }
}

fn by_marketing_and_sales(desk: &mut Desk<'_>) {
    if let Some(customer) = desk.customer(75) {
        let first = desk.send(customer, brochure(3), "email", ago(40, 9, 20), "opened");
        let about = ("visit", "Went through the level brochure");
        let second = desk.touch(customer, about, &first.material, ago(26, 14, 0));
        report(desk, customer, &first, &second);
    }
    if let Some(customer) = desk.customer(76) {
        let (_, material) = desk.campaign(customer, brochure(4), ago(33, 0, 0).date());
        let about = ("visit", "Left the brochure on data loggers");
        let first = desk.touch(customer, about, &material, ago(33, 10, 30));
        let second = desk.send(customer, brochure(4), "email", ago(28, 9, 10), "delivered");
        report(desk, customer, &first, &second);
    }
}

fn near_the_time(desk: &mut Desk<'_>) {
    if let Some(customer) = desk.customer(78) {
        let first = desk.send(customer, brochure(6), "email", ago(78, 9, 30), "opened");
        let second = desk.send(customer, brochure(6), "email", ago(47, 10, 0), "opened");
        spare(desk, customer, "thirty-one days lie between", (&first, &second));
    }
    if let Some(customer) = desk.customer(80) {
        let first = desk.send(customer, brochure(0), "email", ago(42, 9, 30), "bounced");
        let second = desk.send(customer, brochure(0), "email", ago(39, 9, 30), "delivered");
        spare(desk, customer, "the first bounced, which is no contact", (&first, &second));
    }
}

fn near_the_material(desk: &mut Desk<'_>) {
    if let Some(customer) = desk.customer(79) {
        let [old, new] =
            [1, 2].map(|edition| What::Brochure { category: 7, is_own_language: true, edition });
        let first = desk.send(customer, old, "email", ago(336, 9, 30), "opened");
        let second = desk.send(customer, new, "email", ago(327, 9, 30), "delivered");
        spare(desk, customer, "another edition", (&first, &second));
    }
    if let Some(customer) = desk.customer(81) {
        let other = What::Brochure { category: 1, is_own_language: false, edition: 2 };
        let first = desk.send(customer, other, "email", ago(63, 9, 30), "delivered");
        let second = desk.send(customer, brochure(1), "email", ago(57, 9, 30), "opened");
        spare(desk, customer, "in another language", (&first, &second));
    }
    if let Some(customer) = desk.customer(82) {
        let first = desk.send(customer, brochure(2), "email", ago(43, 9, 30), "opened");
        let about = ("visit", "Walked through the plant");
        let second = desk.touch(customer, about, "", ago(35, 13, 30));
        spare(desk, customer, "nothing was left at the visit", (&first, &second));
    }
    if let Some(customer) = desk.customer(83) {
        let first = desk.send(customer, brochure(3), "email", ago(50, 9, 30), "opened");
        let second = desk.send(customer, brochure(4), "email", ago(46, 9, 30), "delivered");
        spare(desk, customer, "another brochure", (&first, &second));
    }
}
