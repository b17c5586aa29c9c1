//! Which questions are asked at random? Of every form and operator that there is, with expressions
//! that fail on values that are not seen.
//!
//! - `words`: the expressions
//! - `shapes`: the questions that hold them

mod shapes;
mod words;

use std::collections::BTreeMap;

use self::shapes::SHAPES;
use self::words::{AGGREGATE, DAY, FAILING, FLOAT, Form, MONEY, TEXT, TRUTH, WHOLE, WINDOW};
use crate::support::dice::Dice;

/// A question, and what it is made of.
pub struct Asked {
    pub sql: String,
    /// the names of its forms
    pub made_of: Vec<&'static str>,
}

/// How rows come, and how many.
const ENDS: &[Form] = &[
    ("order", "order by 1, 2"),
    ("order downwards", "order by 2 desc, 1"),
    ("nulls first", "order by 2 nulls first, 1 desc nulls last"),
    ("order and limit", "order by 1, 2 limit {n}"),
    ("limit", "limit 9"),
    ("offset", "limit 20 offset 3"),
];

/// Filters of which many can be told where rows are read.
const FILTERS: &[Form] = &[
    ("a simple filter", "{I} > {n}"),
    ("a simple filter of a range", "{I} between {n} and 700"),
    ("a simple filter of a list", "{I} not in (10, 20, 7001)"),
    ("a simple filter of two", "(not ({I} = {n} or {I} > 800))"),
    ("a simple filter of a text", "{L} is not null"),
    ("a simple filter of texts", "{L} >= '2'"),
    ("any filter", "{b}"),
    ("any filter or a wide one", "({b} or {I} >= {n})"),
    ("any two filters", "{b} and ({b} or {I} is not null)"),
];

/// Makes questions.
#[derive(Default)]
pub struct Questions {
    turn: usize,
    /// how often each form was taken
    taken: BTreeMap<&'static str, usize>,
}

impl Questions {
    /// A question; its form goes by turns, so that each comes often.
    pub fn next(&mut self, dice: &mut Dice) -> Asked {
        let (kind, text) = SHAPES[self.turn % SHAPES.len()];
        self.turn += 1;
        // Both sides of these are read at once, and which error comes first is a matter of luck.
        let is_raced = ["union", "intersect", "except"].iter().any(|word| kind.starts_with(word));
        let may_fail = !is_raced && dice.one_in(2);
        let taken = &mut self.taken;
        let mut maker = Maker { dice, taken, made_of: vec![kind], may_fail };
        let sql = maker.filled(text, "l", 0);
        Asked { sql, made_of: maker.made_of }
    }
}

/// The names of all forms that can be answered, and of those that fail.
pub fn kinds() -> (Vec<&'static str>, Vec<&'static str>) {
    let names = |forms: &[Form]| forms.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let answered =
        [SHAPES, ENDS, FILTERS, WHOLE, MONEY, FLOAT, TEXT, TRUTH, DAY, AGGREGATE, WINDOW];
    (answered.iter().flat_map(|forms| names(forms)).collect(), names(FAILING))
}

/// Columns of a kind of the tables that a question names by letters.
fn columns(kind: char, tables: &str) -> Vec<&'static str> {
    let of = |table: char| -> &'static [&'static str] {
        match (kind, table) {
            ('i', 'l') => &["l.line_id", "l.quantity", "l.person_id"],
            ('I', 'l') => &["l.line_id", "l.quantity", "l.line_id"],
            ('i' | 'I', 'o') => &["o.line_id", "o.quantity"],
            ('i' | 'I', 'n') => &["n.line_id"],
            ('i' | 'I', 'd') => &["d.budget"],
            ('i' | 'I', 's') => &["s.x"],
            ('m', 'l') => &["l.amount"],
            ('m', 'o') => &["o.amount"],
            ('f', 'l') => &["l.weight"],
            ('f', 'o') => &["o.weight"],
            ('t', 'l') => &["l.label", "l.unit_id", "l.secret"],
            ('t', 'o') => &["o.label", "o.secret"],
            ('t', 'n') => &["n.note", "n.unit_id"],
            ('t', 'd') => &["d.unit", "d.unit_name"],
            ('t', 's') => &["s.k", "s.z"],
            ('L', 'l') => &["l.label"],
            ('L', 'o') => &["o.label"],
            ('L', 'n') => &["n.note"],
            ('S', 'l') => &["l.secret"],
            ('S', 'o') => &["o.secret"],
            ('b', 'l') => &["l.is_open"],
            ('b', 'o') => &["o.is_open"],
            ('y', 'l') => &["l.sold_on"],
            ('y', 'o') => &["o.sold_on"],
            ('k', 'l') => &["l.unit_id", "l.is_open", "l.quantity % 3", "l.secret", "l.label"],
            ('k', 'o') => &["o.unit_id", "o.quantity"],
            ('k', 'n') => &["n.unit_id"],
            ('k', 'd') => &["d.unit"],
            ('k', 's') => &["s.k"],
            _ => &[],
        }
    };
    tables.chars().flat_map(|table| of(table).iter().copied()).collect()
}

/// What stands where a table has no column of a kind.
fn literal(kind: char) -> &'static str {
    match kind {
        'i' | 'I' => "7",
        'm' => "2.50",
        'f' => "cast(1.5 as double)",
        't' => "'u1'",
        'L' => "'250'",
        'S' => "cast(null as varchar)",
        'b' => "true",
        'y' => "date '2025-06-01'",
        _ => "1",
    }
}

/// Fills forms with forms.
struct Maker<'a> {
    dice: &'a mut Dice,
    taken: &'a mut BTreeMap<&'static str, usize>,
    made_of: Vec<&'static str>,
    /// whether what fails on rows that are seen may stand in it
    may_fail: bool,
}

impl Maker<'_> {
    /// A form with everything in its place.
    fn filled(&mut self, text: &str, tables: &str, depth: usize) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (place, after) = after.split_once('}').unwrap();
            let mut letters = place.chars();
            let kind = letters.next().unwrap();
            let named = place.split_once('@').map(|(_, tables)| tables);
            filled.push_str(&self.part(kind, named.unwrap_or(tables), depth));
            rest = after;
        }
        filled + rest
    }

    fn part(&mut self, kind: char, tables: &str, depth: usize) -> String {
        let forms = match kind {
            'n' => return self.dice.below(45).to_string(),
            'I' | 'L' | 'S' | 'k' => return self.column(kind, tables),
            'v' => {
                let kind = *self.dice.pick(&['i', 'i', 'm', 'f', 't', 'b', 'y']);
                return self.part(kind, tables, depth);
            }
            'w' | 'a' => return self.filter(kind, tables, depth),
            'e' if self.dice.one_in(3) => return String::new(),
            'e' => ENDS,
            'i' => WHOLE,
            'm' => MONEY,
            'f' => FLOAT,
            't' => TEXT,
            'b' => TRUTH,
            'y' => DAY,
            'A' => AGGREGATE,
            'W' => WINDOW,
            _ => panic!("`{kind}` is no kind"),
        };
        // A column is told as it is more often the deeper it stands.
        let is_value = kind.is_ascii_lowercase() && kind != 'e';
        if is_value && self.dice.below(4) < depth + 1 {
            return self.column(kind, tables);
        }
        let fails = self.may_fail && kind == 'i' && self.dice.one_in(2);
        let forms = if fails { FAILING } else { forms };
        self.form(forms, tables, depth)
    }

    fn form(&mut self, forms: &[Form], tables: &str, depth: usize) -> String {
        // Now any form, now the one that was taken least.
        let least = forms.iter().min_by_key(|(name, _)| self.taken.get(name).copied());
        let any = self.dice.pick(forms);
        let (name, text) = *if self.dice.one_in(2) { any } else { least.unwrap() };
        self.made_of.push(name);
        *self.taken.entry(name).or_default() += 1;
        self.filled(text, tables, depth + 1)
    }

    fn column(&mut self, kind: char, tables: &str) -> String {
        let columns = columns(kind, tables);
        let column = if columns.is_empty() { literal(kind) } else { *self.dice.pick(&columns) };
        column.to_owned()
    }

    /// A filter that begins with `where`, or goes on with `and`.
    fn filter(&mut self, kind: char, tables: &str, depth: usize) -> String {
        let word = if kind == 'w' { "where" } else { "and" };
        if self.dice.one_in(3) {
            return String::new();
        }
        let condition = self.form(FILTERS, tables, depth);
        format!("{word} {condition}")
    }
}
