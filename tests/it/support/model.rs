//! What should a table hold, by a plain reading of its contract, after what its source delivered?

use std::collections::BTreeMap;

/// A row as a source writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub id: String,
    /// a decimal with two places, or a text that is none
    pub amount: String,
    pub due: Option<String>,
    pub version: i64,
    pub is_deleted: bool,
}

impl Item {
    /// Whether the row does not fit the contract.
    pub fn is_bad(&self) -> bool {
        self.amount.parse::<f64>().is_err()
    }

    fn values(&self) -> Vec<String> {
        let due = self.due.clone().unwrap_or_else(|| "null".to_owned());
        vec![self.id.clone(), self.amount.clone(), due, self.version.to_string()]
    }

    fn line(&self) -> String {
        let due = self.due.as_deref().unwrap_or_default();
        format!("{},{},{due},{},{}\n", self.id, self.amount, self.version, self.is_deleted)
    }
}

/// Files by number: the file `in_<number>.csv` and what it holds.
pub type Files = BTreeMap<u32, Vec<Item>>;

/// A file's name.
pub fn file_name(number: u32) -> String {
    format!("in_{number}.csv")
}

/// A file's text.
pub fn csv(items: &[Item]) -> String {
    let head = "item_id,amount,due_on,version,is_deleted\n".to_owned();
    head + &items.iter().map(Item::line).collect::<String>()
}

/// Of files with the same content only the first counts.
fn counted(files: &Files) -> Files {
    let mut seen = Vec::new();
    let mut counted = Files::new();
    for (number, items) in files {
        if !seen.contains(&items) {
            seen.push(items);
            counted.insert(*number, items.clone());
        }
    }
    counted
}

/// One row with the place it came from.
#[derive(Debug, Clone)]
struct Placed {
    item: Item,
    file: u32,
    line: usize,
}

impl Placed {
    fn values(&self) -> Vec<String> {
        let mut values = self.item.values();
        values.extend([file_name(self.file), self.line.to_string()]);
        values
    }
}

/// All rows of the files that count, in the order of files; the header is line 1.
fn placed(files: &Files) -> Vec<Placed> {
    let mut rows = Vec::new();
    for (file, items) in counted(files) {
        for (index, item) in items.into_iter().enumerate() {
            rows.push(Placed { item, file, line: index + 2 });
        }
    }
    rows
}

/// Mode append with a key: of rows that repeat a key the first stays.
pub fn append(files: &Files) -> Vec<Vec<String>> {
    let mut kept: BTreeMap<String, Placed> = BTreeMap::new();
    for row in placed(files).into_iter().filter(|row| !row.item.is_bad()) {
        kept.entry(row.item.id.clone()).or_insert(row);
    }
    kept.values().map(Placed::values).collect()
}

/// Mode merge from files: the highest version, the later file among equals, and of equal rows the
/// first; a deleted one is not there; one whose newer version was refused is stale.
pub fn merge(files: &Files) -> Vec<Vec<String>> {
    let mut keys: BTreeMap<String, Vec<Placed>> = BTreeMap::new();
    for row in placed(files) {
        keys.entry(row.item.id.clone()).or_default().push(row);
    }
    let mut table = Vec::new();
    for versions in keys.values_mut() {
        versions.sort_by_key(|row| (row.item.version, row.file, row.line));
        let Some(newest) = versions.iter().rposition(|row| !row.item.is_bad()) else { continue };
        let is_stale = newest + 1 < versions.len();
        let newest = versions[newest].item.clone();
        if newest.is_deleted {
            continue;
        }
        let first = versions.iter().find(|row| row.item == newest).unwrap();
        let mut values = first.values();
        values.push(is_stale.to_string());
        table.push(values);
    }
    table
}

/// Mode period by dates: the last file that holds rows of a date has them all.
pub fn dates(files: &Files) -> Vec<Vec<String>> {
    period(files, |dates, date| dates.contains(&date.to_owned()))
}

/// Mode period by range: the last file whose first and last date enclose a date has it.
pub fn range(files: &Files) -> Vec<Vec<String>> {
    period(files, |dates, date| {
        dates.iter().any(|first| first.as_str() <= date)
            && dates.iter().any(|last| last.as_str() >= date)
    })
}

fn period(files: &Files, covers: fn(&[String], &str) -> bool) -> Vec<Vec<String>> {
    let rows: Vec<_> = placed(files).into_iter().filter(|row| !row.item.is_bad()).collect();
    let mut dates: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for row in &rows {
        dates.entry(row.file).or_default().push(row.item.due.clone().unwrap());
    }
    let last = |date: &str| {
        let covering = dates.iter().filter(|(_, dates)| covers(dates, date));
        covering.map(|(file, _)| *file).max()
    };
    let is_served = |row: &&Placed| last(row.item.due.as_deref().unwrap()) == Some(row.file);
    rows.iter().filter(is_served).map(Placed::values).collect()
}

/// A database's table and what is served of it.
#[derive(Debug, Default, Clone)]
pub struct Served {
    rows: BTreeMap<String, (Item, bool)>,
}

impl Served {
    /// Follows the source: what fits is served, what does not leaves the older version as stale.
    pub fn follow(&mut self, source: &BTreeMap<String, Item>) {
        self.rows.retain(|id, _| source.get(id).is_some_and(|item| !item.is_deleted));
        for (id, item) in source.iter().filter(|(_, item)| !item.is_deleted) {
            if !item.is_bad() {
                self.rows.insert(id.clone(), (item.clone(), false));
            } else if let Some((_, is_stale)) = self.rows.get_mut(id) {
                *is_stale = true;
            }
        }
    }

    /// The table, each row with whether it is stale.
    pub fn table(&self) -> Vec<Vec<String>> {
        let rows = self.rows.values().map(|(item, is_stale)| {
            let mut values = item.values();
            values.push(is_stale.to_string());
            values
        });
        rows.collect()
    }
}
