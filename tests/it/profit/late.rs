//! What comes to a generated company after its first period was closed?

use super::books::Document;
use super::people::centre;
use super::trade::Company;
use crate::support::dice::Dice;

impl Company {
    /// A sale and wages of the first period come late, wages that were booked are corrected, and
    /// two customers turn out to be one.
    pub fn late(&mut self, dice: &mut Dice) {
        self.changed_at = "2026-04-03T08:00:00Z";
        self.is_late = true;
        let is_wage = |place: &usize| {
            let entry = &self.books.ledger[*place];
            entry.account == "6601" && entry.period == self.periods[0].id
        };
        let wages: Vec<usize> = (0..self.books.ledger.len()).filter(is_wage).collect();
        for entity in self.entities.clone() {
            dice.hit("late sale");
            self.sale(dice, 0, entity);
        }
        dice.hit("late cost");
        let entity = self.entities.start + dice.below(3);
        let cost = 1_000 + dice.below(90_000) as i64;
        let document = Document {
            kind: "payroll",
            origin: "payroll",
            ..self.document(format!("PRL{entity}"), entity, 0, self.periods[0].last)
        };
        let line = ("6601", centre(entity, "SALES"), String::new(), cost, cost);
        self.books.post(&document, "2211", &[line]);
        dice.hit("corrected cost");
        self.books.correct(*dice.pick(&wages), 1 + dice.below(5_000) as i64);
        dice.hit("merged later");
        let said = [
            ("source_system", "sales"),
            ("local_id", &self.customers[1].id.clone()[..]),
            ("customer_id", &self.customers[0].id.clone()),
            ("valid_from_on", "2025-12-01"),
            ("decided_by", "E0M"),
        ];
        self.books.row("inputs/customer_map", &said);
    }
}
