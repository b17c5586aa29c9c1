//! What is prepared, what is bound, and how do rows go out?

use std::sync::{Arc, OnceLock};

use bytes::BufMut;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;
use pgwire::messages::data::{FieldDescription, RowDescription};

use super::cancel::Cancel;
use super::cells;
use super::command::Command;
use super::fault::Fault;
use super::kinds::Column;
use super::wire::{Broken, Wire};
use crate::query::worker::manner::{Given, Kind};
use crate::query::worker::{Answer, IsolatedError, Outcome};
use crate::server::keeper::Held;

/// Why an answer breaks off.
#[derive(Debug)]
pub(super) enum Stop {
    /// what is told
    Fault(Fault),
    /// the connection is at its end
    Broken(Broken),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// What a statement is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Statement {
    /// nothing
    Empty,
    /// what the session answers
    Command(Command),
    /// a question, as it was written
    Question(String),
}

/// A statement that is prepared.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    /// what it is
    pub statement: Statement,
    /// the types of its parameters that the client named
    pub told: Vec<Option<Kind>>,
    /// the types of all its parameters, once they are known
    pub kinds: Option<Vec<Kind>>,
}

/// A statement with its values.
pub(super) struct Portal {
    /// what it is
    pub statement: Statement,
    /// its values
    pub values: Vec<Given>,
    /// how its columns are written
    pub formats: Vec<i16>,
    /// how far its answer is
    pub state: State,
}

/// How far an answer is.
pub(super) enum State {
    /// not asked yet
    Ready,
    /// some rows may be left
    Open(Box<Open>),
    /// all rows went out
    Done,
}

/// An answer whose rows are taken one after the other.
pub(super) struct Open {
    /// its columns
    pub columns: Vec<Column>,
    rows: SendableRecordBatchStream,
    /// rows that came, and how many of them went out
    batch: Option<(RecordBatch, usize)>,
    /// whether there are no more
    is_over: bool,
    outcome: Arc<OnceLock<Outcome>>,
    /// the question, for the place of a mistake
    sql: String,
    /// the release stays as long as it is read
    _held: Arc<Held>,
}

/// The columns of a schema.
pub(super) fn columns_of(schema: &SchemaRef) -> Vec<Column> {
    schema.fields().iter().map(|field| Column::of(field)).collect()
}

impl Open {
    pub(super) fn new(answer: Answer, sql: String, held: Arc<Held>) -> Self {
        let columns = columns_of(&answer.schema());
        let outcome = answer.outcome();
        Self {
            columns,
            rows: answer.into_stream(),
            batch: None,
            is_over: false,
            outcome,
            sql,
            _held: held,
        }
    }

    /// Sends so many rows, or all; says how many went out and whether there may be more.
    pub(super) async fn send(
        &mut self,
        wire: &mut Wire,
        cancel: &Cancel,
        formats: &[i16],
        most: Option<usize>,
        is_moved: bool,
    ) -> Result<(usize, bool), Stop> {
        let is_binary = binary(formats, self.columns.len())?;
        let mut sent = 0;
        let mut line = Vec::new();
        loop {
            if let Some((batch, first)) = self.batch.take() {
                let left = most.map_or(usize::MAX, |most| most - sent);
                let last = batch.num_rows().min(first.saturating_add(left));
                for row in first..last {
                    if is_moved {
                        break;
                    }
                    write(&mut line, &batch, row, &self.columns, &is_binary)?;
                    wire.put_raw(b'D', &line);
                    wire.send_much().await?;
                }
                sent += last - first;
                let is_left = last < batch.num_rows();
                if is_left || most == Some(sent) {
                    self.batch = Some((batch, last));
                    return Ok((sent, true));
                }
            }
            if self.is_over {
                break;
            }
            match undisturbed(wire, cancel, self.rows.next()).await? {
                Some(Ok(batch)) => self.batch = Some((batch, 0)),
                None => self.is_over = true,
                Some(Err(error)) => {
                    self.is_over = true;
                    return Err(told(&error, &self.sql).into());
                }
            }
        }
        match self.outcome.get() {
            // Whoever reads rows cannot be told otherwise that some are missing.
            Some(outcome) if outcome.is_truncated => {
                let rows = outcome.rows;
                let text = format!(
                    "the answer has more than {rows} rows; ask for a summary, filter, or take it \
                     in parts with limit and offset"
                );
                Err(Fault::new("54000", text).into())
            }
            _ => Ok((sent, false)),
        }
    }
}

/// For each column whether it is written in binary form.
fn binary(formats: &[i16], columns: usize) -> Result<Vec<bool>, Fault> {
    if let Some(unknown) = formats.iter().find(|format| !matches!(format, 0 | 1)) {
        return Err(Fault::new("08P01", format!("there is no format {unknown}")));
    }
    match formats {
        [] => Ok(vec![false; columns]),
        [one] => Ok(vec![*one == 1; columns]),
        each if each.len() == columns => Ok(each.iter().map(|format| *format == 1).collect()),
        each => {
            let count = each.len();
            let text = format!("{count} formats were given for {columns} columns");
            Err(Fault::new("08P01", text))
        }
    }
}

fn write(
    line: &mut Vec<u8>,
    batch: &RecordBatch,
    row: usize,
    columns: &[Column],
    is_binary: &[bool],
) -> Result<(), Fault> {
    line.clear();
    line.put_u16(u16::try_from(columns.len()).unwrap_or(u16::MAX));
    for ((array, column), is_binary) in batch.columns().iter().zip(columns).zip(is_binary) {
        cells::write(line, array.as_ref(), row, &column.kind, *is_binary).map_err(|_| {
            let name = &column.name;
            let text = format!("a value of `{name}` has no form in this protocol; cast it to text");
            Fault::new("22000", text)
        })?;
    }
    Ok(())
}

/// The message that tells of columns.
pub(super) fn described(columns: &[Column], formats: &[i16]) -> Result<RowDescription, Fault> {
    if columns.len() > 1_600 {
        return Err(Fault::new("54011", "an answer has at most 1600 columns; name those you need"));
    }
    let is_binary = binary(formats, columns.len())?;
    let field = |(column, is_binary): (&Column, &bool)| {
        FieldDescription::new(
            column.name.clone(),
            0,
            0,
            column.kind.oid(),
            column.size,
            column.modifier,
            i16::from(*is_binary),
        )
    };
    Ok(RowDescription::new(columns.iter().zip(&is_binary).map(field).collect()))
}

/// Why there are no more rows.
fn told(error: &DataFusionError, sql: &str) -> Fault {
    let isolated = match error {
        DataFusionError::External(cause) => cause.downcast_ref::<IsolatedError>(),
        _ => None,
    };
    match isolated {
        Some(isolated) => Fault::asked(isolated, sql),
        None => {
            tracing::error!(%error, "an answer broke off");
            Fault::new("58000", "the answer broke off; the log says why")
        }
    }
}

/// Does something unless it is canceled or the client goes.
pub(super) async fn undisturbed<T>(
    wire: &mut Wire,
    cancel: &Cancel,
    work: impl Future<Output = T>,
) -> Result<T, Stop> {
    tokio::select! {
        biased;
        () = cancel.wanted() => Err(Fault::canceled().into()),
        done = work => Ok(done),
        () = wire.gone() => Err(Broken::Gone.into()),
    }
}
