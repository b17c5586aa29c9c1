//! How is a file of JSON objects, one a line, read?
//!
//! - `from` may be a path with dots into nested objects: `customer.address.city`.
//! - An object or array in a text column is kept as its compact JSON text.
//! - A number keeps the digits that were written; an exponent is accepted only in a float column.
//! - Lines without text are passed over; a line that is no object, or has a key twice where the
//!   contract looks, is refused.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::de::IgnoredAny;

use super::csv::missing;
use super::files::Found;
use super::json_text::{Value, compact, members};
use super::lines::{BLOCK_BYTES, Block, Blocks, parse_in_order};
use super::rows::{Plan, Rows};
use super::shape::{Chunk, Drift, Shape};
use super::split::{Dialect, without_line_end};
use super::text::Text;
use super::value::{Cell, Listed, Parser, Reader, Reason};
use super::{Emit, Read, SourceError};

/// Keys unknown to the contract that are reported of one file.
const ADDED_MAX: usize = 100;

/// Which columns lie at a place of the object, and what below it.
#[derive(Debug, Clone, Default)]
struct Node {
    columns: Vec<usize>,
    children: Vec<(String, Node)>,
}

/// What was seen of the keys of a file.
#[derive(Debug, Clone, Default)]
struct Seen {
    columns: Vec<bool>,
    added: BTreeSet<String>,
}

/// Reads a file of JSON lines.
pub(super) fn read(
    file: &Found,
    shape: &Shape,
    threads: usize,
    emit: &mut Emit<'_>,
) -> Result<Read, SourceError> {
    read_in_blocks(file, shape, threads, BLOCK_BYTES, emit)
}

/// As [`read`], in blocks of any size, so that a test can vary it.
pub(super) fn read_in_blocks(
    file: &Found,
    shape: &Shape,
    threads: usize,
    block_bytes: usize,
    emit: &mut Emit<'_>,
) -> Result<Read, SourceError> {
    let plan = Plan::new(shape, &file.name)?;
    let text = Text::new(&shape.format.encoding, &shape.place)?;
    let encoding = text.name();
    let blocks = Blocks::open(file, text, Dialect::Lines, block_bytes)?;
    let tree = tree(shape);
    let workers: Vec<_> = (0..threads.max(1))
        .map(|_| {
            let mut reader = Reading::new(plan.rows(), tree.clone(), encoding);
            move |block: &Block| reader.parse(block)
        })
        .collect();
    let mut rows = 0;
    let mut seen = Seen { columns: vec![false; shape.columns.len()], ..Seen::default() };
    let mut take = |(chunk, count, block_seen): (Chunk, u64, Seen)| {
        rows += count;
        for (column, is_seen) in seen.columns.iter_mut().zip(block_seen.columns) {
            *column |= is_seen;
        }
        seen.added.extend(block_seen.added);
        if count > 0 { emit(chunk) } else { Ok(()) }
    };
    let (sha256, size_bytes) = parse_in_order(blocks, workers, &mut take)?;
    let mut drift = Vec::new();
    for (column, is_seen) in shape.columns.iter().zip(seen.columns) {
        if rows > 0 && !is_seen {
            drift.push(missing(column, &file.name, shape, || "no object has this key".to_owned())?);
        }
    }
    drift.extend(seen.added.into_iter().take(ADDED_MAX).map(|column| Drift::Added { column }));
    Ok(Read { sha256, size_bytes, rows, drift })
}

/// The paths of a shape's columns as a tree.
fn tree(shape: &Shape) -> Node {
    let mut root = Node::default();
    for (index, column) in shape.columns.iter().enumerate() {
        let mut node = &mut root;
        for key in column.source_name().split('.') {
            let place = node.children.iter().position(|(name, _)| name == key);
            let place = place.unwrap_or_else(|| {
                node.children.push((key.to_owned(), Node::default()));
                node.children.len() - 1
            });
            node = &mut node.children[place].1;
        }
        node.columns.push(index);
    }
    root
}

/// Why a column has no value of its own in an object.
#[derive(Debug, Clone)]
enum Place<'a> {
    Absent,
    Present(Value<'a>),
    /// the path leads through a value that is no object
    Blocked,
    /// a string that is no Unicode text
    Garbled,
}

/// One worker's state.
struct Reading {
    rows: Rows,
    tree: Node,
    encoding: &'static str,
    width: usize,
}

impl Reading {
    fn new(rows: Rows, tree: Node, encoding: &'static str) -> Self {
        let width = rows.width();
        Self { rows, tree, encoding, width }
    }

    fn parse(&mut self, block: &Block) -> Result<(Chunk, u64, Seen), SourceError> {
        let mut seen = Seen { columns: vec![false; self.width], ..Seen::default() };
        let first = i64::try_from(block.line).unwrap_or(i64::MAX);
        let lines = block.bytes.split_inclusive(|byte| *byte == b'\n');
        for (number, line) in (first..).zip(lines) {
            let line = without_line_end(line);
            if !line.iter().all(u8::is_ascii_whitespace) {
                self.line(number, line, &mut seen);
            }
        }
        let count = self.rows.len() as u64;
        Ok((self.rows.take()?, count, seen))
    }

    fn line(&mut self, number: i64, line: &[u8], seen: &mut Seen) {
        let mut places = vec![Place::Absent; self.width];
        let found = match std::str::from_utf8(line) {
            Err(_) => Err(Reason::Undecodable(self.encoding)),
            Ok(text) => check(text).and_then(|()| {
                let mut walk = Walk { places: &mut places, seen, fault: None };
                walk.object(&self.tree, text, "");
                walk.fault.map_or(Ok(()), Err)
            }),
        };
        match found {
            Err(reason) => self.rows.refuse_record(number, line, &reason),
            Ok(()) => self.rows.push(
                number,
                |index, parser| cell(&places[index], parser),
                |index| match &places[index] {
                    Place::Present(value) => raw(value),
                    Place::Absent | Place::Blocked | Place::Garbled => None,
                },
            ),
        }
    }
}

/// Whether a line is a valid JSON object.
fn check(text: &str) -> Result<(), Reason> {
    if !text.trim_start().starts_with('{') {
        return Err(Reason::Json("it does not begin with a brace".to_owned()));
    }
    // The parser's messages name places and what it expected, never what it found.
    serde_json::from_str::<IgnoredAny>(text)
        .map(|_| ())
        .map_err(|error| Reason::Json(error.to_string().replace(" at line 1 column", " at column")))
}

/// A walk through one object.
struct Walk<'w, 'a> {
    places: &'w mut [Place<'a>],
    seen: &'w mut Seen,
    fault: Option<Reason>,
}

impl<'a> Walk<'_, 'a> {
    fn object(&mut self, node: &Node, text: &'a str, prefix: &str) {
        let mut keys: BTreeSet<Cow<'a, str>> = BTreeSet::new();
        members(text, |key, value| {
            let Some(key) = key else {
                self.fault = Some(Reason::Undecodable("Unicode"));
                return;
            };
            if let Some((_, child)) = node.children.iter().find(|(name, _)| *name == key) {
                self.value(child, value, &format_args!("{prefix}{key}."));
            } else if self.seen.added.len() < ADDED_MAX {
                self.seen.added.insert(format!("{prefix}{key}"));
            }
            if !keys.insert(key) {
                self.fault = Some(Reason::DuplicateKey);
            }
        });
    }

    fn value(&mut self, node: &Node, text: &'a str, prefix: &std::fmt::Arguments<'_>) {
        for column in &node.columns {
            self.seen.columns[*column] = true;
            self.places[*column] = Value::new(text).map_or(Place::Garbled, Place::Present);
        }
        if node.children.is_empty() {
            return;
        }
        match text.as_bytes().first() {
            Some(b'{') => self.object(node, text, &prefix.to_string()),
            Some(b'n') => {}
            _ => self.block(node),
        }
    }

    /// Marks all columns below a value that is no object.
    fn block(&mut self, node: &Node) {
        for (_, child) in &node.children {
            for column in &child.columns {
                self.places[*column] = Place::Blocked;
            }
            self.block(child);
        }
    }
}

/// The typed value of a place.
fn cell<'v>(place: &'v Place<'_>, parser: &Parser) -> Result<Cell<'v>, Reason> {
    match place {
        Place::Absent | Place::Present(Value::Null) => Ok(Cell::Null),
        Place::Blocked => Err(parser.misfit("part of a JSON value that is no object")),
        Place::Garbled => Err(Reason::Undecodable("Unicode")),
        Place::Present(Value::Text(text)) => parser.read_checked(text),
        Place::Present(Value::Number(text)) => parser.read_plain_number(text),
        Place::Present(Value::Boolean(value)) => {
            let text = if *value { "true" } else { "false" };
            match (&parser.reader, parser.is_listed(|| text.into())?) {
                (_, Listed::Null) => Ok(Cell::Null),
                (Reader::Boolean { .. }, _) => Ok(Cell::Boolean(*value)),
                (Reader::Text, _) => Ok(Cell::Text(text)),
                _ => Err(parser.misfit("a JSON boolean")),
            }
        }
        Place::Present(Value::Nested(text)) => match &parser.reader {
            Reader::Text => {
                let text = compact(text);
                match parser.is_listed(|| text.as_str().into())? {
                    Listed::Null => Ok(Cell::Null),
                    Listed::Value => Ok(Cell::MadeText(text)),
                }
            }
            _ => Err(parser.misfit("a JSON object or array")),
        },
    }
}

/// The text that is kept of a value of a refused row.
fn raw<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::Null => None,
        Value::Boolean(value) => Some(if *value { "true" } else { "false" }.into()),
        Value::Number(text) => Some(Cow::Borrowed(text)),
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Nested(text) => Some(Cow::Owned(compact(text))),
    }
}

/// Up to `limit` valid objects of a file, for scaffolding.
pub(super) fn sample(
    file: &Found,
    format: &super::shape::Format,
    limit: usize,
) -> Result<Vec<String>, SourceError> {
    let text = Text::new(&format.encoding, &file.name)?;
    let mut blocks = Blocks::open(file, text, Dialect::Lines, BLOCK_BYTES)?;
    let mut objects = Vec::new();
    while objects.len() < limit {
        let Some((_, bytes, _)) = blocks.take_record()? else { break };
        let Ok(line) = String::from_utf8(bytes) else { continue };
        if check(&line).is_ok() {
            objects.push(line);
        }
    }
    Ok(objects)
}
