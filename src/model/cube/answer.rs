//! How is an answer of cubes written?

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use chrono::DateTime;
use chrono_tz::Tz;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Field, Schema, SchemaRef, TimeUnit, TimestampMillisecondType,
};
use datafusion::arrow::error::ArrowError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::memory::MemoryStream;
use serde_json::{Map, Value as Json, json};

use super::question::{Question, TimeDimension};
use super::receipt::Receipt;
use super::told::Teller;
use super::{Answer, CubeError, Opened, Part, Role, echo, words};
use crate::engine::encode::{Cut, EncodeError, Encoding, encode};
use crate::model::written::{RECEIPT, Wording, named, text, worded};

/// What an answer is written with: its receipt, and what its members are called.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// what it takes to get the same answer again
    pub receipt: Receipt,
    /// headings of the columns in the language asked for
    pub labels: Vec<String>,
    /// what the values of each column are called in it
    values: Vec<BTreeMap<String, String>>,
    annotation: Json,
    levels: Option<Json>,
}

impl Answer {
    /// What is said beside the rows, in a language.
    ///
    /// # Errors
    /// When the release lacks what a cube reads.
    pub async fn told(&self, opened: &Opened<'_>, language: &str) -> Result<Told, CubeError> {
        let mut columns = BTreeMap::new();
        for cube in self.routes().keys() {
            columns.insert(cube.clone(), opened.columns(cube).await?);
        }
        let settings = &opened.asker.project.settings;
        let teller = Teller { cubes: &opened.cubes, columns: &columns, settings, language };
        Ok(Told {
            receipt: self.receipt(opened, opened.waived().await?)?,
            labels: self.labels(&teller),
            values: self.values(&teller),
            annotation: annotation(&self.question, &teller),
            levels: self.question.subtotals.then(|| self.levels()),
        })
    }

    /// The tables that answered for each cube.
    pub(super) fn routes(&self) -> BTreeMap<String, Vec<String>> {
        let mut routes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (cube, names) in self.parts.iter().flat_map(|part| &part.routes) {
            routes.entry(cube.clone()).or_default().extend(names.iter().cloned());
        }
        routes.into_iter().map(|(cube, names)| (cube, names.into_iter().collect())).collect()
    }

    /// The members by which the rows of each level are told, from the grand total on.
    fn levels(&self) -> Json {
        let columns = self.parts.first().map_or(&[][..], |part| &part.columns);
        let is_key = |role| matches!(role, Role::Dimension | Role::Time(_));
        let keys = columns.iter().filter(|column| is_key(column.role));
        let all: Vec<&str> = keys.map(|column| column.name.as_str()).collect();
        (0..=all.len()).map(|kept| json!(all.get(..kept).unwrap_or_default())).collect()
    }

    /// What the columns are called.
    fn labels(&self, teller: &Teller<'_>) -> Vec<String> {
        let Some(part) = self.parts.first() else { return Vec::new() };
        let label = |column: &super::Column| {
            let (subject, rest) = column.name.split_once('.')?;
            let subject = teller.cubes.subject(subject).ok()?;
            let name = rest.split('.').next()?;
            let language = teller.language;
            match column.role {
                Role::Dimension => Some(teller.dimension_label(subject, name)),
                Role::Time(granularity) => {
                    let label = teller.dimension_label(subject, name);
                    Some(format!("{label} ({})", words::granularity(granularity, language)))
                }
                Role::Partial => Some(words::partial(language).to_owned()),
                Role::Measure => subject.measure(name).map(|found| teller.measure_label(&found)),
                Role::Level => None,
            }
        };
        let name = |column: &super::Column| match column.role {
            Role::Level => words::level(teller.language).to_owned(),
            _ => label(column).unwrap_or_else(|| column.name.clone()),
        };
        part.columns.iter().map(name).collect()
    }

    /// What the values of each column are called.
    fn values(&self, teller: &Teller<'_>) -> Vec<BTreeMap<String, String>> {
        let columns = self.parts.first().map_or(&[][..], |part| &part.columns);
        let told = |column: &super::Column| {
            let (subject, name) = column.name.split_once('.')?;
            let subject = teller.cubes.subject(subject).ok()?;
            (column.role == Role::Dimension).then(|| teller.dimension_values(subject, name))
        };
        columns.iter().map(|column| told(column).unwrap_or_default()).collect()
    }

    /// Writes the rows of all parts; headings and values are in words where `is_labelled`. JSON is
    /// what Cube's `load` answers, with the receipt; Parquet and Arrow carry the receipt in their
    /// metadata, and what values are called.
    ///
    /// # Errors
    /// When a value has no form in the encoding or `out` takes no more bytes.
    pub async fn write(
        &self,
        told: &Told,
        encoding: Encoding,
        is_labelled: bool,
        out: &mut (dyn Write + Send),
    ) -> Result<u64, CubeError> {
        if encoding == Encoding::Json {
            return self.write_json(told, out).await;
        }
        let mut metadata = Vec::new();
        if encoding.is_binary() {
            metadata.push((RECEIPT, text(&told.receipt)?));
            let columns = self.parts.first().map_or(&[][..], |part| &part.columns);
            let names = columns.iter().map(|column| column.name.as_str());
            metadata.extend(named(names.zip(&told.values))?);
        }
        let stream = stream(self.all_rows().map_err(EncodeError::Value)?)?;
        let stream = worded(stream, is_labelled.then(|| self.wording(told)), metadata);
        Ok(encode(stream, encoding, Cut::default(), out).await?)
    }

    fn wording(&self, told: &Told) -> Wording {
        let is_compared = self.parts.iter().any(|part| part.range.is_some());
        let span = is_compared.then(|| (COMPARED.to_owned(), BTreeMap::new()));
        let columns = told.labels.iter().cloned().zip(told.values.iter().cloned());
        let (headings, values) = span.into_iter().chain(columns).unzip();
        Wording { headings, values }
    }

    /// The rows of all parts; where spans are compared, each with its own.
    fn all_rows(&self) -> Result<(SchemaRef, Vec<RecordBatch>), ArrowError> {
        let Some(first) = self.parts.first() else {
            return Ok((Arc::new(Schema::empty()), Vec::new()));
        };
        let mut fields: Vec<Field> =
            first.schema.fields().iter().map(|field| field.as_ref().clone()).collect();
        let is_compared = first.range.is_some();
        if is_compared {
            fields.insert(0, Field::new(COMPARED, DataType::Utf8, false));
        }
        let schema = Arc::new(Schema::new(fields));
        let mut batches = Vec::new();
        for part in &self.parts {
            for batch in &part.batches {
                let mut columns = batch.columns().to_vec();
                if is_compared {
                    columns.insert(0, part.spans(batch.num_rows()));
                }
                batches.push(RecordBatch::try_new(Arc::clone(&schema), columns)?);
            }
        }
        Ok((schema, batches))
    }

    async fn write_json(
        &self,
        told: &Told,
        out: &mut (dyn Write + Send),
    ) -> Result<u64, CubeError> {
        let is_compared = self.parts.iter().any(|part| part.range.is_some());
        let kind = if is_compared { "compareDateRangeQuery" } else { "regularQuery" };
        written(out, &format!("{{\"queryType\": \"{kind}\",\n\"results\": ["))?;
        let mut count = 0;
        for (at, part) in self.parts.iter().enumerate() {
            written(out, if at == 0 { "{" } else { ",\n{" })?;
            count += self.write_part(part, told, out).await?;
            written(out, "}")?;
        }
        let pivot = text(&self.pivot(kind))?;
        let receipt = text(&told.receipt)?;
        let truncated = told.receipt.truncated;
        let tail = format!(
            "],\n\"pivotQuery\": {pivot},\n\"receipt\": {receipt},\n\"truncated\": {truncated}}}\n"
        );
        written(out, &tail)?;
        out.flush().map_err(EncodeError::Target)?;
        Ok(count)
    }

    /// Writes the first part alone, as Cube answers whoever does not ask for several.
    ///
    /// # Errors
    /// As of [`Answer::write`].
    pub async fn write_single(
        &self,
        told: &Told,
        out: &mut (dyn Write + Send),
    ) -> Result<u64, CubeError> {
        let Some(part) = self.parts.first() else { return self.write_json(told, out).await };
        written(out, "{")?;
        let count = self.write_part(part, told, out).await?;
        written(out, &format!(",\n\"receipt\": {}}}\n", text(&told.receipt)?))?;
        out.flush().map_err(EncodeError::Target)?;
        Ok(count)
    }

    /// Writes what is said of a part, without its braces.
    async fn write_part(
        &self,
        part: &Part,
        told: &Told,
        out: &mut (dyn Write + Send),
    ) -> Result<u64, CubeError> {
        written(out, &format!("\"query\": {},\n\"data\": ", text(&self.query(part))?))?;
        let rows = spelt(part, self.zone()).map_err(EncodeError::Value)?;
        let count = encode(stream(rows)?, Encoding::Json, Cut::default(), out).await?;
        written(out, &format!(",\n\"annotation\": {}", text(&told.annotation)?))?;
        if let Some(levels) = &told.levels {
            written(out, &format!(",\n\"levels\": {}", text(levels)?))?;
        }
        if let Some(total) = part.total {
            written(out, &format!(",\n\"total\": {total}"))?;
        }
        let truncated = part.is_truncated;
        let refreshed = text(&told.receipt.released_at)?;
        let tail = format!(",\n\"truncated\": {truncated},\n\"lastRefreshTime\": {refreshed}");
        written(out, &tail)?;
        Ok(count)
    }

    fn zone(&self) -> Tz {
        self.question.timezone.as_ref().and_then(|zone| zone.parse().ok()).unwrap_or(Tz::UTC)
    }

    /// The question that a part answers: of spans that are compared, only its own.
    pub fn query(&self, part: &Part) -> Json {
        let Some((from, until)) = part.range else { return echo::question(&self.question) };
        let mut question = self.question.clone();
        let compared = |time: &&mut TimeDimension| !time.compare.is_empty();
        for time in question.time_dimensions.iter_mut().filter(compared) {
            time.compare = Vec::new();
            time.date_range = Some(echo::ends(from, until));
        }
        echo::question(&question)
    }

    /// What clients of Cube arrange rows by.
    fn pivot(&self, kind: &str) -> Json {
        let mut pivot = self.parts.first().map_or_else(|| json!({}), |part| self.query(part));
        if let Json::Object(query) = &mut pivot {
            if self.parts.iter().any(|part| part.range.is_some()) {
                let mut dimensions = vec![COMPARED.to_owned()];
                dimensions.extend(self.question.dimensions.iter().cloned());
                query.insert("dimensions".to_owned(), json!(dimensions));
            }
            query.insert("queryType".to_owned(), kind.into());
        }
        pivot
    }
}

fn written(out: &mut (dyn Write + Send), text: &str) -> Result<(), EncodeError> {
    out.write_all(text.as_bytes()).map_err(EncodeError::Target)
}

/// The column that says to which of the spans compared a row belongs.
const COMPARED: &str = "compareDateRange";

impl Part {
    /// The span that it is about, by its first and last day.
    pub fn span(&self) -> String {
        let Some((from, until)) = self.range else { return String::new() };
        match echo::ends(from, until) {
            super::question::DateRange::Ends(first, last) => format!("{first} - {last}"),
            super::question::DateRange::Words(words) => words,
        }
    }

    /// The same for each of some rows.
    fn spans(&self, rows: usize) -> ArrayRef {
        let span = self.span();
        Arc::new(StringArray::from_iter_values(std::iter::repeat_n(span.as_str(), rows)))
    }
}

impl Told {
    /// What totals of the measures are, where the answer has totals.
    pub fn totals(&self) -> Option<String> {
        self.levels.as_ref()?;
        let measures = self.annotation.get("measures")?.as_object()?;
        let said = measures.iter().filter_map(|(member, told)| {
            Some(format!("{member} {}", told.get("total")?.as_str()?))
        });
        Some(format!("totals: {}", said.collect::<Vec<_>>().join(", ")))
    }
}

fn stream(
    (schema, batches): (SchemaRef, Vec<RecordBatch>),
) -> Result<SendableRecordBatchStream, EncodeError> {
    let stream = MemoryStream::try_new(batches, schema, None).map_err(EncodeError::Query)?;
    Ok(Box::pin(stream))
}

/// The rows with times written as Cube writes them, each under the names of its bucket and of the
/// time dimension itself.
fn spelt(part: &Part, zone: Tz) -> Result<(SchemaRef, Vec<RecordBatch>), ArrowError> {
    let mut fields: Vec<Field> = Vec::new();
    let mut plan: Vec<(usize, Option<Tz>)> = Vec::new();
    for (at, (column, field)) in part.columns.iter().zip(part.schema.fields()).enumerate() {
        let is_time = matches!(field.data_type(), DataType::Date32 | DataType::Timestamp(..));
        let kind = if is_time { DataType::Utf8 } else { field.data_type().clone() };
        let is_bucket = matches!(column.role, Role::Time(_));
        let told_in = if is_bucket { zone } else { Tz::UTC };
        let member = column.name.rsplit_once('.').map(|(member, _)| member);
        let is_new = |member: &&str| {
            let named = part.columns.iter().map(|column| &column.name);
            is_bucket && !named.chain(fields.iter().map(Field::name)).any(|name| name == member)
        };
        let again = member.filter(is_new).map(str::to_owned);
        for name in [Some(column.name.clone()), again].into_iter().flatten() {
            fields.push(Field::new(name, kind.clone(), true));
            plan.push((at, is_time.then_some(told_in)));
        }
    }
    // Clients put spans beside each other by it.
    if part.range.is_some() {
        fields.push(Field::new(COMPARED, DataType::Utf8, false));
    }
    let schema = Arc::new(Schema::new(fields));
    let column = |batch: &RecordBatch, (at, zone): &(usize, Option<Tz>)| match zone {
        Some(zone) => moments(batch.column(*at), *zone),
        None => Ok(Arc::clone(batch.column(*at))),
    };
    let batch = |batch: &RecordBatch| {
        let columns = plan.iter().map(|place| column(batch, place));
        let spans = part.range.map(|_| Ok(part.spans(batch.num_rows())));
        RecordBatch::try_new(Arc::clone(&schema), columns.chain(spans).collect::<Result<_, _>>()?)
    };
    let batches = part.batches.iter().map(batch).collect::<Result<_, _>>()?;
    Ok((schema, batches))
}

/// Dates and moments, these as the clocks of a zone show them.
fn moments(column: &ArrayRef, zone: Tz) -> Result<ArrayRef, ArrowError> {
    let is_moment = matches!(column.data_type(), DataType::Timestamp(..));
    let plain = cast(column, &DataType::Timestamp(TimeUnit::Millisecond, None))?;
    let values = plain.as_primitive::<TimestampMillisecondType>();
    let spelt = values.iter().map(|value| {
        let moment = DateTime::from_timestamp_millis(value?)?;
        let shown =
            if is_moment { moment.with_timezone(&zone).naive_local() } else { moment.naive_utc() };
        Some(echo::moment(shown))
    });
    Ok(Arc::new(spelt.collect::<StringArray>()))
}

/// What the members of a question are, by Cube's kinds.
fn annotation(question: &Question, teller: &Teller<'_>) -> Json {
    let mut kinds: [(&str, Map<String, Json>); 4] = [
        ("measures", Map::new()),
        ("dimensions", Map::new()),
        ("segments", Map::new()),
        ("timeDimensions", Map::new()),
    ];
    let [(_, measures), (_, dimensions), (_, segments), (_, times)] = &mut kinds;
    let found = |member: &str, tell: &dyn Fn(super::members::Subject<'_>, &str) -> Option<_>| {
        let (subject, name) = member.split_once('.')?;
        let told: Option<Map<String, Json>> = tell(teller.cubes.subject(subject).ok()?, name);
        told.map(Json::Object)
    };
    for member in &question.measures {
        let told = found(member, &|subject, name| teller.measure(subject, name));
        measures.extend(told.map(|told| (member.clone(), told)));
    }
    for member in &question.dimensions {
        let told = found(member, &|subject, name| teller.dimension(subject, name));
        dimensions.extend(told.map(|told| (member.clone(), told)));
    }
    for member in &question.segments {
        let told = found(member, &|subject, name| teller.segment(subject, name));
        segments.extend(told.map(|told| (member.clone(), told)));
    }
    for time in &question.time_dimensions {
        let member = &time.dimension;
        let Some(granularity) = time.granularity else { continue };
        let told = found(member, &|subject, name| teller.bucketed(subject, name, granularity));
        times.extend(told.map(|told| (format!("{member}.{granularity}"), told)));
        let told = found(member, &|subject, name| teller.dimension(subject, name));
        times.extend(told.map(|told| (member.clone(), told)));
    }
    let kinds = kinds.into_iter().map(|(kind, all)| (kind.to_owned(), Json::Object(all)));
    Json::Object(kinds.collect())
}
