//! Which shape would fit a table of PostgreSQL?
//!
//! Its declared types decide as far as they say enough; rows are looked at for the rest: what texts
//! hold, how many decimals a numeric without limits has, and for examples.

use bytes::Bytes;
use tokio::runtime::Handle;

use super::SourceError;
use super::database::{Description, Object};
use super::describe::{Described, Guess, ROWS_MAX};
use super::postgres::{Postgres, quoted};
use super::postgres_values::{Form, Split, Value, value};
use super::shape::{ColumnType, Format};
use super::stored::Stored;

/// A column as its table declares it.
#[derive(Debug, Clone, Default)]
struct Declared {
    name: String,
    is_required: bool,
    /// digits in all and behind the mark
    digits: Option<(u8, u8)>,
}

/// A column's values as far as they were looked at.
struct Seen {
    guess: Guess,
    decimals_max: u8,
}

impl Postgres {
    pub(super) fn described(&self, object: &str) -> Result<Description, SourceError> {
        let runtime = Handle::current();
        let object = Object::new(object);
        let clause = runtime.block_on(self.clause(object))?;
        let columns = runtime.block_on(self.columns(object, &clause))?;
        let (declared, key) = match object {
            Object::Named(_) => runtime.block_on(self.declared(&clause))?,
            Object::Query(_) => (Vec::new(), Vec::new()),
        };
        let forms: Vec<Form> =
            columns.iter().map(|column| Form::of(column.oid, &ColumnType::Boolean)).collect();
        let list: Vec<String> = columns
            .iter()
            .zip(&forms)
            .map(|(column, form)| format!("{}{}", quoted(&column.name), form.cast()))
            .collect();
        let sql = format!("select {} from {clause} limit {ROWS_MAX}", list.join(", "));
        let new = || Seen { guess: Guess::new(&Format::default()), decimals_max: 0 };
        let mut seen: Vec<Seen> = forms.iter().map(|_| new()).collect();
        let mut parcels = runtime.block_on(self.copy(&sql))?;
        let mut split = Split::new(forms.len());
        while let Some(parcel) = parcels.blocking_recv() {
            for message in parcel? {
                self.look(message, &mut split, &forms, &mut seen)?;
            }
        }
        let described = columns.into_iter().zip(seen).map(|(column, seen)| {
            let declared = declared.iter().find(|declared| declared.name == column.name);
            let kind = kind(column.oid, declared, seen.decimals_max);
            let guessed = seen.guess.finish(column.name);
            Described {
                required: declared.map_or(guessed.required, |declared| declared.is_required),
                format: if kind.is_some() { None } else { guessed.format.clone() },
                kind: kind.unwrap_or_else(|| guessed.kind.clone()),
                ..guessed
            }
        });
        Ok(Description { columns: described.collect(), key })
    }

    fn look(
        &self,
        message: Bytes,
        split: &mut Split,
        forms: &[Form],
        seen: &mut [Seen],
    ) -> Result<(), SourceError> {
        let mut rest = split.begin(message).map_err(|why| self.failed(why))?;
        while split.row(&mut rest).map_err(|why| self.failed(why))? {
            for (place, (form, seen)) in forms.iter().zip(&mut *seen).enumerate() {
                let Some(bytes) = split.field(place) else {
                    seen.guess.stored(Stored::Null);
                    continue;
                };
                match value(*form, bytes) {
                    Value::Stored(stored) => {
                        if let Stored::Decimal(_, scale) = stored {
                            let scale = u8::try_from(scale).unwrap_or(0);
                            seen.decimals_max = seen.decimals_max.max(scale);
                        }
                        seen.guess.stored(stored);
                    }
                    Value::Digits(text) => seen.guess.text(&text),
                    Value::Beyond(kind) => seen.guess.text(kind),
                    Value::Unknown => seen.guess.text(&hex::encode(bytes)),
                }
            }
        }
        Ok(())
    }

    /// What a table declares of its columns, and its primary key.
    async fn declared(&self, clause: &str) -> Result<(Vec<Declared>, Vec<String>), SourceError> {
        let table = clause.replace('\'', "''");
        let columns = self
            .ask(&format!(
                "select attname, attnotnull, \
                 case when atttypid = 1700 and atttypmod > 4 then (atttypmod - 4) >> 16 end, \
                 case when atttypid = 1700 and atttypmod > 4 then (atttypmod - 4) & 2047 end \
                 from pg_attribute \
                 where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped"
            ))
            .await?;
        let key = self
            .ask(&format!(
                "select a.attname from pg_index i \
                 join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey) \
                 where i.indrelid = '{table}'::regclass and i.indisprimary \
                 order by array_position(i.indkey::int2[], a.attnum)"
            ))
            .await?;
        let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
        let declared = columns.into_iter().map(|row| Declared {
            name: row.first().cloned().flatten().unwrap_or_default(),
            is_required: row.get(1).is_some_and(|text| text.as_deref() == Some("t")),
            digits: row.get(2).and_then(number).zip(row.get(3).and_then(number)),
        });
        Ok((declared.collect(), key.into_iter().flatten().flatten().collect()))
    }
}

/// The type that a declared type is; `None` where its texts must tell.
fn kind(oid: u32, declared: Option<&Declared>, decimals_max: u8) -> Option<ColumnType> {
    Some(match oid {
        16 => ColumnType::Boolean,
        20 | 21 | 23 => ColumnType::Integer,
        700 | 701 => ColumnType::Float,
        790 => ColumnType::Decimal { precision: 18, scale: 2 },
        1082 => ColumnType::Date,
        1114 | 1184 => ColumnType::Timestamp,
        1700 => match declared.and_then(|declared| declared.digits) {
            Some((precision @ 1..=38, scale)) if scale <= precision => {
                ColumnType::Decimal { precision, scale }
            }
            _ => ColumnType::Decimal {
                precision: if decimals_max <= 4 { 18 } else { 38 },
                scale: decimals_max.clamp(2, 38),
            },
        },
        _ => return None,
    })
}
