//! What stands in the books of a generated company, and in which feeds is it written?

use std::collections::BTreeMap;

use chrono::NaiveDate;
use toml::Table;

use super::money::{CURRENCIES, Cents, REPORTING, Rates, text};
use crate::support::hand;
use crate::support::world::World;

/// The number of an entity; each company has three.
pub fn name_of(entity: usize) -> String {
    format!("HX{:02}", entity + 1)
}

/// The currency of an entity's books.
pub fn currency_of(entity: usize) -> usize {
    entity % CURRENCIES.len()
}

/// Tables that are those of the company made by hand.
const AS_BY_HAND: [&str; 4] =
    ["finance/accounts", "inputs/account_map", "inputs/parameters", "sales/products"];

/// One row of a feed: columns and values; what is not said is empty.
type Row = Vec<(&'static str, String)>;

/// An entry of the ledger, in cents, debit positive.
#[derive(Clone)]
pub struct Entry {
    pub id: String,
    pub entity: usize,
    pub posted_on: NaiveDate,
    pub period: String,
    pub account: &'static str,
    pub centre: String,
    pub debtor: String,
    pub currency: usize,
    pub amount: Cents,
    pub functional: Cents,
    pub is_posted: bool,
}

/// What the entries of a document share.
#[derive(Clone)]
pub struct Document {
    pub id: String,
    pub entity: usize,
    pub on: NaiveDate,
    pub period: String,
    pub kind: &'static str,
    pub origin: &'static str,
    pub currency: usize,
    pub is_posted: bool,
}

/// A line of a document: account, cost centre, debtor, cents, functional cents.
pub type Line = (&'static str, String, String, Cents, Cents);

/// The feeds of one company, with the ledger apart, because the proof sums it.
#[derive(Clone, Default)]
pub struct Books {
    pub rates: Rates,
    pub ledger: Vec<Entry>,
    said: BTreeMap<String, [String; 3]>,
    feeds: BTreeMap<&'static str, Vec<Row>>,
}

impl Books {
    /// Adds a row to a table, `department/name`.
    pub fn row(&mut self, table: &'static str, values: &[(&'static str, &str)]) {
        let values = values.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.feeds.entry(table).or_default().push(values);
    }

    /// Books lines, and against them what makes the document balance, on an account of the balance
    /// sheet.
    pub fn post(&mut self, document: &Document, against: &'static str, lines: &[Line]) {
        let total: Cents = lines.iter().map(|line| line.3).sum();
        let functional: Cents = lines.iter().map(|line| line.4).sum();
        let debtor = lines.first().map(|line| line.2.clone()).unwrap_or_default();
        let balance = (against, String::new(), debtor, -total, -functional);
        for (account, centre, debtor, amount, functional) in lines.iter().chain([&balance]) {
            let id = format!("{}/{}", document.id, self.ledger.len() + 1);
            let said = [document.id.clone(), document.kind.to_owned(), document.origin.to_owned()];
            self.said.insert(id.clone(), said);
            self.ledger.push(Entry {
                id,
                entity: document.entity,
                posted_on: document.on,
                period: document.period.clone(),
                account,
                centre: centre.clone(),
                debtor: debtor.clone(),
                currency: document.currency,
                amount: *amount,
                functional: *functional,
                is_posted: document.is_posted,
            });
        }
    }

    /// Adds to an entry in the books' own currency and takes it from the one that balances it, the
    /// last of its document.
    pub fn correct(&mut self, place: usize, cents: Cents) {
        let document = self.said[&self.ledger[place].id][0].clone();
        let is_of_it = |place: &usize| self.said[&self.ledger[*place].id][0] == document;
        let last = (0..self.ledger.len()).rfind(is_of_it).expect("it is of its own document");
        for (place, cents) in [(place, cents), (last, -cents)] {
            self.ledger[place].amount += cents;
            self.ledger[place].functional += cents;
        }
    }

    /// What posted entries of revenue and cost come to in profit sign, by period, entity and
    /// account: functional and reporting cents.
    pub fn profit(&self) -> BTreeMap<(String, usize, &'static str), [Cents; 2]> {
        let mut sums = BTreeMap::<_, [Cents; 2]>::new();
        // Accounts from 6 on are those of revenue and cost, below stands the balance sheet.
        let counts = |entry: &&Entry| entry.is_posted && entry.account.starts_with('6');
        for entry in self.ledger.iter().filter(counts) {
            let sum = sums.entry((entry.period.clone(), entry.entity, entry.account)).or_default();
            let currency = currency_of(entry.entity);
            sum[0] -= entry.functional;
            sum[1] -= self.rates.convert(entry.functional, currency, REPORTING, entry.posted_on);
        }
        sums
    }

    /// Takes over what another company wrote.
    pub fn absorb(&mut self, other: &Self) {
        self.ledger.extend(other.ledger.iter().cloned());
        self.said.extend(other.said.clone());
        for (table, rows) in &other.feeds {
            self.feeds.entry(table).or_default().extend(rows.iter().cloned());
        }
    }

    /// The project over these feeds; tables without a row are not connected.
    pub fn project(&self, entities: usize) -> World {
        let entity = |entity| {
            let name = name_of(entity);
            hand::Entity::new(&name, &name, CURRENCIES[currency_of(entity)])
        };
        let entities: Vec<hand::Entity> = (0..entities).map(entity).collect();
        hand::project_of(&entities, &|department, name, contract| {
            self.feed(department, name, contract)
        })
    }

    /// Writes the feeds anew, after something came.
    pub fn write(&self, world: &World) {
        for table in self.feeds.keys().copied().chain(["finance/ledger_entries"]) {
            let contract = hand::read(&world.path(&format!("warehouse/contracts/{table}.toml")));
            let rows = self.text(table, &contract.parse().unwrap());
            world.write(&format!("feeds/{table}.csv"), rows);
        }
    }

    /// The text of a feed; nothing where the company has no such table.
    fn feed(&self, department: &str, name: &str, contract: &Table) -> Option<String> {
        let table = format!("{department}/{name}");
        if AS_BY_HAND.contains(&table.as_str()) {
            let path = format!("tests/worlds/hand/feeds/{table}.csv");
            return Some(hand::read(&hand::repository(&path)));
        }
        let is_said = table == "finance/ledger_entries" || self.feeds.contains_key(table.as_str());
        is_said.then(|| self.text(&table, contract))
    }

    fn text(&self, table: &str, contract: &Table) -> String {
        let columns: Vec<&str> =
            contract["columns"].as_table().unwrap().keys().map(String::as_str).collect();
        let postings: Vec<Row>;
        let rows = if table == "finance/ledger_entries" {
            postings = self.ledger.iter().map(|entry| self.posting(entry)).collect();
            &postings
        } else {
            &self.feeds[table]
        };
        for (name, _) in rows.iter().flatten() {
            assert!(columns.contains(name), "{table} has no column {name}");
        }
        let line = |row: &Row| {
            let value = |column: &&str| {
                let said = row.iter().find(|(name, _)| name == column);
                said.map_or_else(String::new, |(_, value)| quoted(value))
            };
            columns.iter().map(value).collect::<Vec<_>>().join(",")
        };
        let lines: Vec<String> = rows.iter().map(line).collect();
        format!("{}\n{}\n", columns.join(","), lines.join("\n"))
    }

    fn posting(&self, entry: &Entry) -> Row {
        let [document, kind, origin] = self.said[&entry.id].clone();
        let status = if entry.is_posted { "posted" } else { "draft" };
        vec![
            ("entry_id", entry.id.clone()),
            ("entity_id", name_of(entry.entity)),
            ("posted_on", entry.posted_on.to_string()),
            ("period_id", entry.period.clone()),
            ("account_id", entry.account.to_owned()),
            ("cost_centre_id", entry.centre.clone()),
            ("debtor_id", entry.debtor.clone()),
            ("document_id", document),
            ("document_type", kind.to_owned()),
            ("document_on", entry.posted_on.to_string()),
            ("posting_origin", origin),
            ("posting_status", status.to_owned()),
            ("currency_code", CURRENCIES[entry.currency].to_owned()),
            ("posted_amount", text(entry.amount)),
            ("functional_amount", text(entry.functional)),
        ]
    }
}

fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\n']) {
        return format!("\"{}\"", value.replace('"', "\"\""));
    }
    value.to_owned()
}
