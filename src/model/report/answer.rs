//! How is an answer written, with its receipt?

use std::collections::BTreeMap;
use std::io::Write;

use chrono::{DateTime, Utc};
use datafusion::execution::SendableRecordBatchStream;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::parameter::Value;
use super::{Answer, Column, ReportError, json};
use crate::engine::encode::{Cut, EncodeError, Encoding, encode};
use crate::model::waived::{self, Waived};
use crate::model::written::{RECEIPT, Wording, named, text, worded};
use crate::warehouse::manifest::Hash;
use crate::warehouse::release::Release;

/// The key under which a workbook says what is missing in the data.
const COMPLETENESS: &str = "patron.completeness";

/// What it takes to get the same answer again, and what was waived for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Receipt {
    /// the release's number
    pub release: u64,
    /// the release's own hash
    pub release_hash: Hash,
    /// the release's moment
    pub released_at: DateTime<Utc>,
    /// when the data of each departmental system were extracted
    pub data: BTreeMap<String, Option<DateTime<Utc>>>,
    /// hash of the report's text, of what is asked beside it, and of the program's versions
    pub definition: Hash,
    /// the value of each parameter
    pub parameters: Map<String, Json>,
    /// the checks that were waived for the release, and for the closings of the periods up to the
    /// last one asked for
    pub waivers: Vec<Waived>,
}

impl Receipt {
    pub(super) fn new(
        release: &Release,
        definition: Hash,
        parameters: &BTreeMap<String, Value>,
        closings: Vec<Waived>,
    ) -> Self {
        let systems = release.systems.iter();
        Self {
            release: release.number,
            release_hash: release.hash.clone(),
            released_at: release.created_at,
            data: systems.map(|(name, entry)| (name.clone(), entry.extracted_at)).collect(),
            definition,
            parameters: json(parameters),
            waivers: waived::beside(release, closings),
        }
    }

    /// The line that says it below a table.
    pub fn line(&self) -> String {
        let mut parts = vec![
            format!("release {}", self.release),
            format!("report {}", self.definition.get(..12).unwrap_or_default()),
        ];
        let value = |value: &Json| match value {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        parts
            .extend(self.parameters.iter().map(|(name, given)| format!("{name} {}", value(given))));
        parts.extend(self.waivers.iter().map(Waived::line));
        format!("receipt: {}", parts.join(", "))
    }
}

impl Answer {
    /// Writes the rows; headings and values are in words where `is_labelled`. JSON is one object
    /// that holds everything; Parquet and Arrow carry the receipt in their metadata, with what
    /// values are called, and a workbook has it on a sheet of its own, with units in its headings.
    ///
    /// # Errors
    /// When the query fails midway or `out` takes no more bytes.
    pub async fn write(
        self,
        encoding: Encoding,
        is_labelled: bool,
        out: &mut (dyn Write + Send),
    ) -> Result<u64, ReportError> {
        if encoding == Encoding::Json {
            return self.write_json(out).await;
        }
        let columns = &self.columns;
        let mut metadata = Vec::new();
        if encoding.is_binary() {
            metadata.push((RECEIPT, text(&self.receipt)?));
            let values = columns.iter().map(|column| (column.name.as_str(), &column.values));
            metadata.extend(named(values)?);
        }
        if encoding == Encoding::Xlsx {
            metadata.push((COMPLETENESS, text(&self.completeness.lines())?));
        }
        let heading = |column: &Column| match &column.unit {
            Some(unit) if encoding == Encoding::Xlsx => format!("{} ({unit})", column.label),
            _ => column.label.clone(),
        };
        let wording = is_labelled.then(|| Wording {
            headings: columns.iter().map(heading).collect(),
            values: columns.iter().map(|column| column.values.clone()).collect(),
        });
        let stream = worded(rows(self.frame).await?, wording, metadata);
        Ok(encode(stream, encoding, Cut::default(), out).await?)
    }

    async fn write_json(self, out: &mut (dyn Write + Send)) -> Result<u64, ReportError> {
        let head = format!(
            "{{\"report\": {},\n\"label\": {},\n\"parameters\": {},\n\"columns\": {},\n\"rows\": ",
            text(&self.report)?,
            text(&self.label)?,
            text(&self.receipt.parameters)?,
            text(&self.columns)?,
        );
        let tail = format!(
            ",\n\"completeness\": {},\n\"receipt\": {}}}\n",
            text(&self.completeness)?,
            text(&self.receipt)?,
        );
        // The query is begun before a byte is written, so that most failures leave nothing behind.
        let stream = rows(self.frame).await?;
        out.write_all(head.as_bytes()).map_err(EncodeError::Target)?;
        let count = encode(stream, Encoding::Json, Cut::default(), out).await?;
        out.write_all(tail.as_bytes()).map_err(EncodeError::Target)?;
        out.flush().map_err(EncodeError::Target)?;
        Ok(count)
    }
}

async fn rows(
    frame: datafusion::prelude::DataFrame,
) -> Result<SendableRecordBatchStream, EncodeError> {
    frame.execute_stream().await.map_err(EncodeError::Query)
}
