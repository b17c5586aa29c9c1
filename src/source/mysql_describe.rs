//! Which shape would fit a table of MySQL or MariaDB?
//!
//! Its declared types decide as far as they say enough; rows are looked at for the rest: what texts
//! hold, and for examples.

use tokio::runtime::Handle;

use super::SourceError;
use super::database::{Description, Object};
use super::describe::{Described, Guess, ROWS_MAX};
use super::mysql::{From, Mysql, quoted};
use super::mysql_values::{Form, Value, text, value};
use super::shape::{ColumnType, Format};
use super::stored::Stored;

/// A column as its table declares it.
#[derive(Debug, Clone, Default)]
struct Declared {
    name: String,
    is_required: bool,
    is_in_key: bool,
    /// the type's name, such as `tinyint(1)` or `decimal(18,2)`
    kind: String,
    /// digits in all and behind the mark
    digits: Option<(u8, u8)>,
}

impl Mysql {
    pub(super) fn described(&mut self, object: &str) -> Result<Description, SourceError> {
        let runtime = Handle::current();
        let object = Object::new(object);
        let from = runtime.block_on(self.from(object))?;
        let columns = runtime.block_on(self.columns(object, &from))?;
        let declared = runtime.block_on(self.declared(&from))?;
        let list: Vec<String> = columns
            .iter()
            .map(|column| format!("{}{}", quoted(&column.name), column.form.cast()))
            .collect();
        let sql = format!("select {} from {} limit {ROWS_MAX}", list.join(", "), from.clause);
        let mut guesses: Vec<Guess> =
            columns.iter().map(|_| Guess::new(&Format::default())).collect();
        let mut sending = self.send(sql)?;
        while let Some(parcel) = sending.parcels.blocking_recv() {
            for row in parcel?.rows() {
                for (place, (column, guess)) in columns.iter().zip(&mut guesses).enumerate() {
                    match row.value(place).map(|bytes| (bytes, value(column.form, bytes))) {
                        None => guess.stored(Stored::Null),
                        Some((_, Value::Stored(stored))) => guess.stored(stored),
                        Some((bytes, _)) => guess.text(&text(column.form, bytes)),
                    }
                }
            }
        }
        self.receive(sending.task);
        let described = columns.into_iter().zip(guesses).map(|(column, guess)| {
            let declared = declared.iter().find(|declared| declared.name == column.name);
            let kind = kind(column.form, declared);
            let guessed = guess.finish(column.name);
            Described {
                required: declared.map_or(guessed.required, |declared| declared.is_required),
                format: if kind.is_some() { None } else { guessed.format.clone() },
                kind: kind.unwrap_or_else(|| guessed.kind.clone()),
                ..guessed
            }
        });
        let described = described.collect();
        let key = declared.into_iter().filter(|column| column.is_in_key);
        Ok(Description { columns: described, key: key.map(|column| column.name).collect() })
    }

    /// What a table declares of its columns.
    async fn declared(&mut self, from: &From) -> Result<Vec<Declared>, SourceError> {
        let Some((schema, table)) = &from.named else { return Ok(Vec::new()) };
        // Hexadecimal digits need no quoting, whatever the server's mode says of backslashes.
        let (schema, table) = (hex::encode(schema), hex::encode(table));
        let rows = self
            .ask(&format!(
                "select column_name, is_nullable, column_key, column_type, \
                 numeric_precision, numeric_scale from information_schema.columns \
                 where table_schema = convert(x'{schema}' using utf8mb4) \
                 and table_name = convert(x'{table}' using utf8mb4) order by ordinal_position"
            ))
            .await?;
        let declared = rows.into_iter().map(|row| {
            let text = |at: usize| row.get(at).cloned().flatten().unwrap_or_default();
            Declared {
                name: text(0),
                is_required: text(1) == "NO",
                is_in_key: text(2) == "PRI",
                kind: text(3),
                digits: text(4).parse().ok().zip(text(5).parse().ok()),
            }
        });
        Ok(declared.collect())
    }
}

/// The type that a declared type is; `None` where its texts must tell.
fn kind(form: Form, declared: Option<&Declared>) -> Option<ColumnType> {
    let kind = declared.map_or("", |declared| &declared.kind);
    Some(match form {
        // The one way in which these servers write a boolean.
        Form::Number if kind == "tinyint(1)" => ColumnType::Boolean,
        Form::Number if kind.starts_with("bigint") && kind.contains("unsigned") => {
            ColumnType::Decimal { precision: 20, scale: 0 }
        }
        Form::Number => match declared.and_then(|declared| declared.digits) {
            Some((precision @ 1..=38, scale)) if kind.starts_with("decimal") => {
                ColumnType::Decimal { precision, scale }
            }
            Some((_, scale)) if kind.starts_with("decimal") => {
                ColumnType::Decimal { precision: 38, scale: scale.min(38) }
            }
            Some(_) => ColumnType::Integer,
            None if kind.starts_with("year") => ColumnType::Integer,
            None => return None,
        },
        Form::Float4 | Form::Float8 => ColumnType::Float,
        Form::Date => ColumnType::Date,
        Form::LocalTime | Form::Instant => ColumnType::Timestamp,
        Form::Bits if kind == "bit(1)" => ColumnType::Boolean,
        Form::Bits => ColumnType::Integer,
        Form::Text | Form::Binary => return None,
    })
}
