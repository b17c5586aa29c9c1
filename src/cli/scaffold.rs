//! Which text makes the contract and the staging SQL of a table just found?

use std::collections::BTreeSet;

use crate::source::FileKind;
use crate::source::describe::Described;
use crate::source::shape::{ColumnType, Format};
use crate::warehouse::name::TableName;

/// Where the rows come from.
pub(super) enum Source {
    /// a database
    Database {
        /// the primary key's columns, by their names there
        key: Vec<String>,
    },
    /// files
    Files {
        /// what they are
        kind: FileKind,
        /// how they are written
        format: Box<Format>,
        /// whether the object may name several
        is_pattern: bool,
    },
}

/// A table to be written down.
pub(super) struct Draft {
    pub(super) name: TableName,
    pub(super) system: String,
    pub(super) columns: Vec<DraftColumn>,
    object: String,
    source: Source,
}

/// A column with its name in the warehouse.
pub(super) struct DraftColumn {
    name: String,
    from: String,
    kind: ColumnType,
    is_required: bool,
    format: Option<String>,
    examples: Vec<String>,
}

impl Draft {
    pub(super) fn new(
        name: TableName,
        system: &str,
        object: &str,
        source: Source,
        described: &[Described],
    ) -> Self {
        let mut taken = BTreeSet::new();
        let columns = described
            .iter()
            .enumerate()
            .map(|(index, column)| DraftColumn {
                name: column_name(&column.name, index, &mut taken),
                from: column.name.clone(),
                kind: roomy(&column.kind),
                is_required: column.required,
                format: column.format.clone(),
                examples: column.examples.clone(),
            })
            .collect();
        Self { name, system: system.to_owned(), columns, object: object.to_owned(), source }
    }
}

impl Draft {
    /// The columns of the source's primary key.
    fn key(&self) -> Vec<&DraftColumn> {
        let Source::Database { key } = &self.source else { return Vec::new() };
        let column = |name: &String| self.columns.iter().find(|column| column.from == *name);
        key.iter().filter_map(column).collect()
    }
}

/// Decimals seen so far are a sample: leave room for larger amounts of the same exactness.
fn roomy(kind: &ColumnType) -> ColumnType {
    match kind {
        ColumnType::Decimal { precision, scale } if *precision <= 18 && *scale <= 2 => {
            ColumnType::Decimal { precision: 18, scale: 2 }
        }
        ColumnType::Decimal { precision, scale } if *precision <= 18 && *scale <= 4 => {
            ColumnType::Decimal { precision: 18, scale: 4 }
        }
        other => other.clone(),
    }
}

/// What of a text may stand in an identifier: `Order No.` becomes `order_no`, `orderNo` too.
pub(super) fn identifier(text: &str) -> String {
    let mut name = String::new();
    let mut was_lower = false;
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && was_lower {
                name.push('_');
            }
            was_lower = !c.is_ascii_uppercase();
            name.push(c.to_ascii_lowercase());
        } else {
            was_lower = false;
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
        }
    }
    let name = name.trim_end_matches('_');
    let name: String = name.chars().take(63).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("n{name}") } else { name }
}

/// A name that no column before has.
fn column_name(from: &str, index: usize, taken: &mut BTreeSet<String>) -> String {
    let base = match identifier(from) {
        // A name in another script, or a column of a file without header.
        name if name.is_empty() => format!("column_{}", index + 1),
        name => name,
    };
    let mut name = base.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{base}_{number}");
        number += 1;
    }
    name
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The contract.
pub(super) fn contract_text(draft: &Draft) -> String {
    let mut lines = vec![
        format!(
            "description = {}",
            quoted(&format!("{}, as {} keeps it.", draft.object, draft.system))
        ),
        format!("system = {}", quoted(&draft.system)),
        format!("object = {}", quoted(&draft.object)),
    ];
    let mode = match &draft.source {
        Source::Database { .. } => "full",
        Source::Files { kind, is_pattern, .. } => {
            let kind = match kind {
                FileKind::Csv => "csv",
                FileKind::JsonLines => "json",
                FileKind::Parquet => "parquet",
                FileKind::Xlsx => "xlsx",
            };
            lines.push(format!("kind = \"{kind}\""));
            if *is_pattern { "append" } else { "full" }
        }
    };
    lines.push(format!("mode = \"{mode}\"{}# full | append | merge | period", " ".repeat(20)));
    let required: Vec<&DraftColumn> =
        draft.columns.iter().filter(|column| column.is_required).collect();
    let key = draft.key();
    if !key.is_empty() {
        let names: Vec<String> = key.iter().map(|column| quoted(&column.name)).collect();
        lines.push(format!("key = [{}]", names.join(", ")));
    } else if let Some(first) = required.first() {
        lines
            .push(format!("# key = [{}]   # what tells one row from another", quoted(&first.name)));
    }
    let is_moment =
        |column: &&&DraftColumn| matches!(column.kind, ColumnType::Date | ColumnType::Timestamp);
    let is_change = |column: &&DraftColumn| {
        ["updated", "modified", "changed"].iter().any(|word| column.name.contains(word))
    };
    let moments = draft.columns.iter().filter(|column| is_moment(&column));
    if let (false, Some(changed)) = (key.is_empty(), moments.clone().find(is_change)) {
        lines.push(format!(
            "# mode = \"merge\" reads only what changed, told by: cursor = {{ column = {}, \
             overlap_seconds = 3600 }}",
            quoted(&changed.name)
        ));
    }
    if let Some(moment) = required.iter().find(is_moment) {
        lines.push(format!(
            "# month = {}   # the date by whose month files lie",
            quoted(&moment.name)
        ));
    }
    if let Source::Files { format, .. } = &draft.source {
        lines.extend(format_lines(format));
    }
    for column in &draft.columns {
        lines.push(String::new());
        lines.extend(column_lines(column));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The section that says how the files are written, as far as it is not the default.
fn format_lines(format: &Format) -> Vec<String> {
    let usual = Format::default();
    let mut lines = Vec::new();
    if format.encoding != usual.encoding {
        lines.push(format!("encoding = {}", quoted(&format.encoding)));
    }
    if format.delimiter != usual.delimiter {
        lines.push(format!("delimiter = {}", quoted(&format.delimiter.to_string())));
    }
    if format.decimal_mark != usual.decimal_mark {
        lines.push(format!("decimal_mark = {}", quoted(&format.decimal_mark.to_string())));
    }
    if let Some(mark) = format.thousands_mark {
        lines.push(format!("thousands_mark = {}", quoted(&mark.to_string())));
    }
    if let Some(sheet) = &format.sheet {
        lines.push(format!("sheet = {}", quoted(sheet)));
    }
    if let Some(range) = &format.range {
        lines.push(format!("range = {}", quoted(&range.to_string())));
    }
    if !lines.is_empty() {
        lines.splice(0..0, [String::new(), "[format]".to_owned()]);
    }
    lines
}

fn column_lines(column: &DraftColumn) -> Vec<String> {
    let mut lines = Vec::new();
    if !column.examples.is_empty() {
        let examples: Vec<String> = column
            .examples
            .iter()
            .take(3)
            .map(|example| example.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
            .collect();
        lines.push(format!("# such as {}", examples.join(", ")));
    }
    lines.push(format!("[columns.{}]", column.name));
    lines.push(format!("type = \"{}\"", column.kind));
    if column.from != column.name {
        lines.push(format!("from = {}", quoted(&column.from)));
    }
    if let Some(format) = &column.format {
        lines.push(format!("format = {}", quoted(format)));
    }
    if column.is_required {
        lines.push("required = true".to_owned());
    }
    lines
}

/// The staging SQL: every column under its name, to be renamed and cast by a person.
pub(super) fn staging_text(draft: &Draft) -> String {
    let description = quoted(&format!("{} from {}.", draft.object, draft.system));
    let columns: Vec<String> =
        draft.columns.iter().map(|column| format!("    {}", spelled(&column.name))).collect();
    let shape: Vec<String> = draft
        .columns
        .iter()
        .map(|column| format!("{} = \"{}\"", column.name, column.kind))
        .collect();
    format!(
        "/*---\ndescription = {description}\ngrain       = []\n\n[shape]\n{}\n---*/\n\n\
         select\n{}\nfrom {}.{}\n",
        shape.join("\n"),
        columns.join(",\n"),
        spelled(draft.name.schema()),
        spelled(draft.name.table())
    )
}

/// An identifier as SQL wants it: quoted, where it may be a word of SQL.
pub(super) fn spelled(name: &str) -> String {
    const WORDS: [&str; 40] = [
        "all",
        "and",
        "as",
        "by",
        "case",
        "cast",
        "cross",
        "date",
        "default",
        "desc",
        "distinct",
        "end",
        "except",
        "exists",
        "from",
        "full",
        "group",
        "having",
        "in",
        "inner",
        "interval",
        "is",
        "join",
        "key",
        "left",
        "like",
        "limit",
        "not",
        "null",
        "offset",
        "on",
        "or",
        "order",
        "right",
        "select",
        "time",
        "timestamp",
        "union",
        "using",
        "where",
    ];
    if WORDS.contains(&name) { format!("\"{name}\"") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers() {
        let cases = [
            ("Order No.", "order_no"),
            ("orderNo", "order_no"),
            ("ID", "id"),
            ("客户编号", ""),
            ("客户 ID", "id"),
            ("2nd price", "n2nd_price"),
            ("case.id", "case_id"),
        ];
        for (text, expected) in cases {
            assert_eq!(identifier(text), expected, "{text}");
        }
    }

    #[test]
    fn names_are_told_apart() {
        let mut taken = BTreeSet::new();
        let names = ["A b", "a_b", "客户", "a-b"]
            .iter()
            .enumerate()
            .map(|(index, from)| column_name(from, index, &mut taken));
        assert_eq!(names.collect::<Vec<_>>(), ["a_b", "a_b_2", "column_3", "a_b_3"]);
    }
}
