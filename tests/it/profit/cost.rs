//! What does a month of a generated company cost that no invoice or delivery names?

use super::books::{Document, currency_of, name_of};
use super::money::{CURRENCIES, Cents, text};
use super::people::centre;
use super::trade::{Company, PEOPLE};
use crate::support::dice::Dice;

impl Company {
    /// Wages and rent, with the visits and repairs that say for whom people worked.
    pub fn wages(&mut self, dice: &mut Dice, period: usize, entity: usize) {
        // The first period is closed, which it may only be when every pool has its driver.
        let is_first = period == 0;
        let last = self.periods[period].last;
        let line = |account, name, cents: usize| {
            let cents = cents as Cents;
            (account, centre(entity, name), String::new(), cents, cents)
        };
        let mut lines = vec![
            line("6601", "SALES", 10_001 + dice.below(900_000)),
            line("6605", "SERV", 10_001 + dice.below(900_000)),
            line("6701", "WARE", 10_001 + dice.below(90_000)),
            line("6701", "ADMI", 10_001 + dice.below(900_000)),
        ];
        if !is_first && dice.one_in(3) {
            dice.hit("cost without a rule");
            lines.push(line("6605", "MARK", 1 + dice.below(9_000)));
        }
        if !is_first && dice.one_in(4) {
            dice.hit("account that no range covers");
            lines.push(line("6999", "ADMI", 1 + dice.below(9_000)));
        }
        if dice.one_in(4) {
            dice.hit("cost that names its customer");
            let mut direct = line("6601", "SALES", 1 + dice.below(9_000));
            direct.2 = self.customer(dice, entity).debtor;
            lines.push(direct);
        }
        let document = Document {
            kind: "payroll",
            origin: "payroll",
            ..self.document(format!("PR{period}{entity}"), entity, period, last)
        };
        self.books.post(&document, "2211", &lines);
        if !is_first && dice.one_in(5) {
            dice.hit("pool without driver");
        } else {
            self.visits(dice, period, entity);
        }
        self.repairs(dice, period, entity);
    }

    fn visits(&mut self, dice: &mut Dice, period: usize, entity: usize) {
        for _ in 0..1 + dice.below(4) {
            let (id, on) = (format!("H{}", self.next()), self.day(dice, period).to_string());
            let whose = self.customer(dice, entity).id;
            let is_nobody = dice.one_in(6);
            let said = [
                ("timesheet_id", &id[..]),
                ("employee_id", &format!("E{entity}S")),
                ("worked_on", &on),
                ("work_kind", *dice.pick(&["visit", "call"])),
                ("customer_id", if is_nobody { "" } else { &whose }),
                ("worked_minutes", &(1 + dice.below(200)).to_string()),
                ("travel_minutes", &dice.below(90).to_string()),
            ];
            self.books.row("staff/work_hours", &said);
        }
    }

    /// Repairs, within the technician's capacity, beyond it, or with nobody knowing it.
    fn repairs(&mut self, dice: &mut Dice, period: usize, entity: usize) {
        let technician = format!("E{entity}T");
        for _ in 0..1 + dice.below(3) {
            let case = format!("CS{}", self.next());
            let desk = self.customers[dice.below(self.customers.len())].id.replacen('K', "S-", 1);
            let at = format!("{}T02:00:00Z", self.day(dice, period));
            let said = [
                ("case_id", &case[..]),
                ("service_customer_id", &desk),
                ("sku", "TI-1"),
                ("case_status", "closed"),
                ("case_kind", "repair"),
                ("opened_at", &at),
                ("closed_at", &at),
                ("changed_at", self.changed_at),
            ];
            self.books.row("service/cases", &said);
            let said = [
                ("event_id", &format!("{case}-1")[..]),
                ("case_id", &case),
                ("happened_at", &at),
                ("event_kind", "visit"),
                ("employee_id", &technician),
                ("event_minutes", &(10 + dice.below(300)).to_string()),
                ("travel_minutes", "30"),
            ];
            self.books.row("service/case_events", &said);
        }
        // Every company has both kinds; with what nobody knows no period may be closed.
        let kind = match (period, entity - self.entities.start) {
            (0, forced @ 0..2) => forced,
            (0, _) => dice.below(2),
            _ => dice.below(3),
        };
        let (kind, practical) = match kind {
            0 => ("unused capacity", "9000"),
            1 => ("over-used capacity", "7"),
            _ => ("capacity that nobody knows", ""),
        };
        dice.hit(kind);
        if practical.is_empty() {
            return;
        }
        let said = [
            ("period_id", &self.periods[period].id.clone()[..]),
            ("employee_id", &technician),
            ("cost_centre_id", &centre(entity, "SERV")),
            ("contracted_minutes", "10000"),
            ("practical_minutes", practical),
        ];
        self.books.row("staff/capacity", &said);
    }

    pub fn campaign(&mut self, dice: &mut Dice, period: usize, entity: usize) {
        let (id, on) = (format!("MC{period}{entity}"), self.day(dice, period));
        let campaign = format!("CP{}", self.entities.start);
        let spent = 1_001 + dice.below(90_000) as i64;
        let said = [
            ("cost_id", &format!("CC{period}{entity}")[..]),
            ("campaign_id", &campaign),
            ("entity_id", &name_of(entity)),
            ("spent_on", &on.to_string()),
            ("cost_kind", "text"),
            ("spent_amount", &text(spent)),
            ("currency_code", CURRENCIES[currency_of(entity)]),
            ("document_id", &id),
        ];
        self.books.row("marketing/campaign_costs", &said);
        let document = Document {
            kind: "campaign",
            origin: "marketing",
            ..self.document(id, entity, period, on)
        };
        let line = ("6602", centre(entity, "MARK"), String::new(), spent, spent);
        self.books.post(&document, "2202", &[line]);
        for _ in 0..1 + dice.below(7) {
            let id = format!("S{}", self.next());
            let person = if dice.one_in(8) { PEOPLE } else { dice.below(PEOPLE) };
            let said = [
                ("send_id", &id[..]),
                ("campaign_id", &campaign),
                ("person_id", &self.person(person)),
                ("send_channel", "email"),
                ("sender_id", &format!("E{entity}M")),
                ("sent_at", &format!("{on}T03:00:00Z")),
                ("send_outcome", "delivered"),
            ];
            self.books.row("marketing/sends", &said);
        }
    }

    /// Goods are valued anew, up or down.
    pub fn stock_value(&mut self, dice: &mut Dice, period: usize, entity: usize) {
        if dice.one_in(2) {
            return;
        }
        dice.hit("stock valued anew");
        let on = self.periods[period].last;
        let (id, gain) = (format!("RV{period}{entity}"), dice.below(9_000) as i64 - 4_000);
        let said = [
            ("moved_on", &on.to_string()[..]),
            ("house_id", &format!("W{entity}")),
            ("sku", "TI-1"),
            ("moved_quantity", "0"),
            ("cost_amount", &text(gain)),
            ("currency_code", CURRENCIES[currency_of(entity)]),
            ("move_kind", "revaluation"),
            ("document_id", &id),
        ];
        self.books.row("inventory/stock_moves", &said);
        let document = Document {
            kind: "revaluation",
            origin: "stock",
            ..self.document(id, entity, period, on)
        };
        let line = ("6404", centre(entity, "WARE"), String::new(), -gain, -gain);
        self.books.post(&document, "1405", &[line]);
    }

    /// Sales within the group, which are no profit of the group.
    pub fn within_the_group(&mut self, dice: &mut Dice) {
        dice.hit("within the group");
        let first = self.entities.start;
        let (on, amount) = (self.day(dice, 1), 10_000 + dice.below(90_000) as i64);
        let document = Document {
            kind: "intercompany",
            origin: "intercompany",
            ..self.document(format!("IC{first}"), first, 1, on)
        };
        let line = ("6091", String::new(), format!("9{first}"), -amount, -amount);
        self.books.post(&document, "1122", &[line]);
    }

    /// A journal of the adjusting period after the third.
    pub fn adjustments(&mut self, dice: &mut Dice) {
        dice.hit("adjusting period");
        let first = self.entities.start;
        let (on, amount) = (self.periods[2].last, 1_000 + dice.below(90_000) as i64);
        let document = Document {
            period: "FY26-P03A".to_owned(),
            kind: "journal",
            origin: "manual",
            ..self.document(format!("AJ{first}"), first, 2, on)
        };
        let line = ("6701", centre(first, "ADMI"), String::new(), amount, amount);
        self.books.post(&document, "2241", &[line]);
    }
}
