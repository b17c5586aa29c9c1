//! Does the whole standard project keep its word while the sample company lives on?

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use patron::model::restate::{ClosingTable, closing_tables};

use crate::company::read::{fields, local};
use crate::support::dice::Dice;
use crate::support::lived::{CHANGES, Lived, PERIOD};
use crate::support::restatement::{Line, State, assert_told, expected, lines_of, units};
use crate::support::world::World;

/// A number that is asked for by a variable.
fn wanted(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Changes what is delivered, merges customers and takes them apart, closes and opens a period.
/// Every kind of step is taken once, in an order that the dice say.
fn live(lived: &mut Lived, dice: &mut Dice) {
    let mut changes = CHANGES;
    dice.shuffle(&mut changes);
    let (first, second) = changes.split_at(2 + dice.below(4));
    first.iter().for_each(|change| lived.change(change, None, dice));
    lived.refresh(&[], dice);

    let two = lived.two(dice);
    let [debtor, customer] = [format!("finance:{}", two[0]), format!("sales:{}", two[1])];
    let decide = |lived: &mut Lived, verdict| {
        lived.tell(&["match", verdict, &debtor, &customer, "--by", "Ada"])
    };
    let is_merged_first = dice.one_in(2);
    for is_merge in [is_merged_first, !is_merged_first] {
        if is_merge {
            decide(lived, "same");
            dice.hit("merge");
        } else {
            lived.close();
            dice.hit("closing");
        }
    }

    second.iter().for_each(|change| lived.change(change, None, dice));
    let is_opened_first = dice.one_in(2);
    for is_opening in [is_opened_first, !is_opened_first] {
        if is_opening {
            lived.reopen();
            dice.hit("reopening");
        } else {
            lived.refresh(&[], dice);
        }
    }
    let verdict = if dice.one_in(2) { "different" } else { "undo" };
    decide(lived, verdict);
    dice.hit("taken apart");
}

/// The tables that a build from nothing makes otherwise than they are.
fn differing(lived: &mut Lived, dice: &mut Dice) -> Vec<String> {
    let before = lived.world.release();
    lived.refresh(&["--rebuild"], dice);
    let after = lived.world.release();
    let names: BTreeSet<_> = before.tables.keys().chain(after.tables.keys()).collect();
    let differs =
        names.into_iter().filter(|name| before.tables.get(name) != after.tables.get(name));
    differs.map(ToString::to_string).collect()
}

/// `PATRON_HISTORIES` says how many histories are lived through.
#[test]
fn the_sample_company_after_any_history_is_one_built_from_nothing() {
    let mut dice = Dice::of("the sample company's histories");
    let histories = wanted("PATRON_HISTORIES", 1);
    for number in 0..histories {
        let seed = dice.below(usize::MAX) as u64;
        println!("history {number}, seed {seed}");
        let mut own = Dice::seeded(seed);
        let mut lived = Lived::new();
        live(&mut lived, &mut own);
        let differing = differing(&mut lived, &mut own);
        assert!(differing.is_empty(), "history {number}, seed {seed}: {differing:?}");
        dice.count(&own);
    }
    println!("{histories} histories");
    let others = ["merge", "taken apart", "closing", "reopening"];
    dice.report(&[&CHANGES[..], &others].concat());
}

/// The period's rows of all tables whose periods are closed.
fn states(world: &World, tables: &[ClosingTable]) -> Vec<State> {
    let release = world.release();
    tables.iter().map(|table| State::of(world, &release, table, PERIOD)).collect()
}

/// The statements of the period's customers, which rest on lines of profit; to which unit a
/// customer belongs is looked up beside them.
fn statements(world: &World) -> Vec<Vec<String>> {
    let sql = format!(
        "select * exclude (business_unit_id, customer_version_number)
         from marts.fct_customer_profit where period_id = '{PERIOD}'"
    );
    let mut rows = world.rows(&sql);
    rows.sort();
    rows
}

/// What bookkeeping's files post in the period: account and amount in units of the fourth place.
fn posted(root: &Path) -> BTreeMap<String, (String, i128)> {
    let mut posted = BTreeMap::new();
    for entry in std::fs::read_dir(root.join("feeds/finance")).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_str().unwrap().starts_with("ledger_") {
            continue;
        }
        for record in fields(&std::fs::read_to_string(path).unwrap(), b';') {
            if record.len() == 16 && record[3] == PERIOD && record[11] == "posted" {
                let amount = i128::from(local(&record[14], 4));
                posted.insert(record[0].clone(), (record[4].clone(), amount));
            }
        }
    }
    posted
}

/// By how much each account's postings of the period differ.
fn moved(
    before: &BTreeMap<String, (String, i128)>,
    after: &BTreeMap<String, (String, i128)>,
) -> BTreeMap<String, i128> {
    let mut moved = BTreeMap::new();
    for (sign, side) in [(-1, before), (1, after)] {
        for (account, amount) in side.values() {
            *moved.entry(account.clone()).or_default() += sign * amount;
        }
    }
    moved.retain(|_, amount| *amount != 0);
    moved
}

/// By how much the told lines say that a figure of a table moved, by parts of their keys.
fn told_moves(
    told: &BTreeSet<Line>,
    table: &str,
    figure: &str,
    by: impl Fn(&str) -> Vec<String>,
) -> BTreeMap<Vec<String>, i128> {
    let mut moves = BTreeMap::new();
    for [name, key, _, column, earlier, later] in told {
        if name == table && column == figure {
            *moves.entry(by(key)).or_default() += units(later) - units(earlier);
        }
    }
    moves.retain(|_, amount| *amount != 0);
    moves
}

/// The value of a column in the text of a key.
fn part(key: &str, column: &str) -> String {
    let mut parts = key.split(", ").filter_map(|part| part.split_once('='));
    parts.find(|(name, _)| *name == column).map(|(_, value)| value.to_owned()).unwrap()
}

/// `PATRON_REFRESHES` says how many refreshes the closed period lives through.
#[test]
fn a_closed_period_of_the_sample_company_stays_and_its_restatement_is_whole() {
    let mut dice = Dice::of("the sample company's closed period");
    let refreshes = wanted("PATRON_REFRESHES", 2);
    let mut lived = Lived::new();
    lived.close();
    let tables = closing_tables(lived.world.root()).unwrap();
    assert_eq!(tables.len(), 7);
    let (before, stated) = (states(&lived.world, &tables), statements(&lived.world));
    for (table, state) in tables.iter().zip(&before) {
        println!("{:>6} rows of {PERIOD} in {}", state.row_count(), table.name);
        assert!(state.row_count() > 0, "{}", table.name);
    }
    assert!(stated.len() > 10);
    let posted_before = posted(lived.world.root());
    let mut kinds: Vec<&str> = Vec::new();
    for number in 0..refreshes {
        lived.change("late row", Some(PERIOD), &mut dice);
        for _ in 0..4 {
            if kinds.is_empty() {
                kinds = CHANGES[..6].iter().chain(&["customers mapped"]).copied().collect();
                dice.shuffle(&mut kinds);
            }
            match kinds.pop().unwrap() {
                "customers mapped" => lived.map(&mut dice),
                kind => lived.change(kind, Some(PERIOD), &mut dice),
            }
        }
        lived.refresh(&[], &mut dice);
        assert!(states(&lived.world, &tables) == before, "after refresh {number}");
        assert!(statements(&lived.world) == stated, "after refresh {number}");
    }
    println!("{refreshes} refreshes");
    dice.report(&[&CHANGES[..], &["customers mapped"]].concat());

    lived.reopen();
    let after = states(&lived.world, &tables);
    let printed = lived.tell(&["restatement", PERIOD, "--to", "now", "--format", "csv"]);
    let told = lines_of(&printed);
    let sides = tables.iter().zip(before.iter().zip(&after));
    let due = sides.flat_map(|(table, (before, after))| expected(table, before, after)).collect();
    assert_told(&told, &due);
    println!("{} lines are told", told.len());
    check_amounts(&told, &tables, [&before, &after]);

    // The ledger moved by what the files say, and profit by as much.
    let moved = moved(&posted_before, &posted(lived.world.root()));
    assert!(moved.len() > 1, "{moved:?}");
    let accounts: BTreeMap<String, String> = [posted_before, posted(lived.world.root())]
        .into_iter()
        .flatten()
        .map(|(id, (a, _))| (id, a))
        .collect();
    let account = |key: &str| vec![accounts[&part(key, "entry_id")].clone()];
    let booked = told_moves(&told, "marts.fct_ledger_entries", "net_functional_amount", account);
    let booked: BTreeMap<String, i128> =
        booked.into_iter().map(|(key, sum)| (key.concat(), sum)).collect();
    assert_eq!(booked, moved);
    let account = |key: &str| vec![part(key, "account_id")];
    let earned = told_moves(&told, "marts.fct_profit_lines", "functional_amount", account);
    let cost = moved.iter().filter(|(account, _)| account.starts_with('6'));
    let cost: BTreeMap<Vec<String>, i128> =
        cost.map(|(account, sum)| (vec![account.clone()], -sum)).collect();
    assert_eq!(earned, cost);
}

/// What is told of profit and of allocations comes, for each customer, account and line, to the
/// difference of the sums over all rows of both states.
fn check_amounts(told: &BTreeSet<Line>, tables: &[ClosingTable], states: [&[State]; 2]) {
    let by = ["customer_id", "account_id", "profit_line"];
    for figure in ["functional_amount", "reporting_amount"] {
        let name = "marts.fct_profit_lines";
        let place = tables.iter().position(|table| table.name.to_string() == name).unwrap();
        let [before, after] = states.map(|side| side[place].sums(figure, &by));
        let mut due = after;
        for (key, sum) in before {
            *due.entry(key).or_default() -= sum;
        }
        due.retain(|_, sum| *sum != 0);
        let key = |key: &str| by.iter().map(|column| part(key, column)).collect();
        assert_eq!(told_moves(told, name, figure, key), due, "{figure}");
        assert!(due.len() > 10, "{figure} moved for {} of them", due.len());
    }
}
