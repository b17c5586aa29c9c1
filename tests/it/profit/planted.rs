//! In which ways are documents of a generated company booked otherwise than they should be?

use super::books::{Document, Line, currency_of};
use super::money::{Cents, REPORTING};
use super::people::Customer;
use super::trade::{Company, Planted};
use crate::support::dice::Dice;

/// Revenue from work, on the account where its invoices are posted.
const WORK: &str = "6002";

impl Company {
    /// Plants a difference of a class in a period that stays open.
    pub fn plant(&mut self, dice: &mut Dice, class: &'static str) {
        let period = 1 + dice.below(self.periods.len() - 2);
        let entity = self.entities.start + dice.below(3);
        let mut customer = self.customer(dice, entity);
        // Only where currencies differ may one amount be worth two.
        let foreign = usize::from(class == "currency_or_rounding");
        customer.currency = currency_of(entity + foreign);
        let on = self.day(dice, period);
        let amount = 10_000 + dice.below(900_000) as Cents;
        let id = format!("X{}", self.next());
        let worth = self.books.rates.convert(amount, customer.currency, currency_of(entity), on);
        let mut document = Document {
            currency: customer.currency,
            ..self.document(id.clone(), entity, period, on)
        };
        let mut line: Line = (WORK, String::new(), customer.debtor.clone(), -amount, -worth);
        let mut times = 1;
        match class {
            "timing" => {
                document.on = self.periods[period + 1].first;
                document.period.clone_from(&self.periods[period + 1].id);
            }
            "missing_in_ledger" => times = 0,
            "amount_mismatch" => {
                line = (WORK, String::new(), line.2, line.3 - 9_000, line.4 - 9_000)
            }
            "duplicate" => times = 2,
            "unposted" => document.is_posted = false,
            "currency_or_rounding" => line.4 -= 123,
            "account_outside_range" => line.0 = "6091",
            "wrong_sign" => line = (WORK, String::new(), line.2, amount, worth),
            "unknown_customer" => line.2 = "4999999".to_owned(),
            "missing_in_subledger" => {}
            "manual_journal" => {
                (document.kind, document.origin) = ("journal", "manual");
                line.2.clear();
            }
            "other_subledger" => {
                (document.kind, document.origin) = ("journal", "assets");
                line.2.clear();
            }
            other => panic!("`{other}` is no class"),
        }
        let has_document =
            !["missing_in_subledger", "manual_journal", "other_subledger"].contains(&class);
        if has_document {
            self.billed(&id, "invoice", &customer, &[("service", "SW-1", WORK, amount, 0)], on);
        }
        for _ in 0..times {
            self.books.post(&document, "1122", &[line.clone()]);
        }
        let said = if has_document { self.said(&customer, amount, on) } else { [0, 0] };
        let is_counted = document.is_posted && line.0 == WORK;
        let booked = if is_counted { -line.4 * times } else { 0 };
        let reported =
            self.books.rates.convert(-line.4, currency_of(entity), REPORTING, document.on) * times;
        let reported = if is_counted { reported } else { 0 };
        let difference = [booked - said[0], reported - said[1]];
        self.planted.push(Planted { class, document: id, difference });
    }

    /// What a document shows in the entity's currency and in the group's.
    fn said(&self, customer: &Customer, amount: Cents, on: chrono::NaiveDate) -> [Cents; 2] {
        let worth = |to| self.books.rates.convert(amount, customer.currency, to, on);
        [worth(currency_of(customer.entity)), worth(REPORTING)]
    }
}
