//! How does a test get a warehouse with tables, without sources and contracts?

use std::any::Any;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use patron::bucket::{Bucket, Depth, Settings};
use patron::engine::{Limits, session};
use patron::warehouse::catalog;
use patron::warehouse::manifest::{DataFile, Manifest};
use patron::warehouse::name::TableName;
use patron::warehouse::release::{Release, ReleaseKind, TableEntry};
use patron::warehouse::write::FileWriter;
use patron::warehouse::{Home, Place, Writer, assemble};
use tempfile::TempDir;
use uuid::Uuid;

use super::dice::Dice;
use super::s3::S3;

/// A warehouse of its own, in a folder or in a bucket.
pub struct House {
    folder: TempDir,
    bucket: Option<Remote>,
}

/// The bucket that a house lies in.
struct Remote {
    settings: Settings,
    bucket: Bucket,
    /// whoever stands in for the store
    store: Arc<dyn Any + Send + Sync>,
}

impl House {
    /// In a folder.
    pub fn new() -> Self {
        let house = Self { folder: TempDir::new().unwrap(), bucket: None };
        Home::create(house.place()).unwrap();
        house
    }

    /// In a part of its own of a store's bucket.
    pub fn at(settings: Settings, store: Arc<dyn Any + Send + Sync>) -> Self {
        let settings = Settings { url: format!("{}/{}", settings.url, Uuid::new_v4()), ..settings };
        let bucket = Bucket::open(&settings, "a test").unwrap();
        let bucket = Some(Remote { settings, bucket, store });
        let house = Self { folder: TempDir::new().unwrap(), bucket };
        Home::create(house.place()).unwrap();
        house
    }

    /// In the bucket of a store that stands in for a real one.
    pub fn in_bucket() -> Self {
        let store = S3::start();
        Self::at(store.settings("houses"), Arc::new(store))
    }

    /// Another one of the same kind.
    pub fn sibling(&self) -> Self {
        match &self.bucket {
            None => Self::new(),
            Some(remote) => Self::at(remote.settings.clone(), Arc::clone(&remote.store)),
        }
    }

    pub fn is_in_bucket(&self) -> bool {
        self.bucket.is_some()
    }

    /// The same one, as another machine has it.
    pub fn elsewhere(&self) -> Self {
        let there = self.bucket.as_ref().expect("a folder is on one machine");
        let settings = there.settings.clone();
        let (bucket, store) = (there.bucket.clone(), Arc::clone(&there.store));
        let bucket = Some(Remote { settings, bucket, store });
        Self { folder: TempDir::new().unwrap(), bucket }
    }

    /// The name of one of its files in the whole bucket.
    pub fn key(&self, name: &str) -> String {
        let url = &self.bucket.as_ref().expect("a bucket").settings.url;
        format!("{}/{name}", url.strip_prefix("s3://bucket/").unwrap())
    }

    /// Where it lies.
    pub fn place(&self) -> Place {
        let data = self.folder.path().join("data");
        match &self.bucket {
            None => Place::Folder(data),
            Some(remote) => Place::Bucket { settings: remote.settings.clone(), scratch: data },
        }
    }

    /// The folder, or the bucket's address.
    pub fn root(&self) -> PathBuf {
        self.home().root().to_owned()
    }

    /// A folder of its own for whatever a test writes beside the warehouse.
    pub fn scratch(&self) -> &Path {
        self.folder.path()
    }

    /// The warehouse as a new process would see it: nothing is remembered as checked.
    pub fn home(&self) -> Home {
        Home::open(self.place()).unwrap()
    }

    pub fn writer(&self) -> Writer {
        self.home().writer(false).unwrap()
    }

    /// The names of all files below a folder, relative to the root.
    pub fn files(&self, folder: &str) -> Vec<String> {
        if let Some(remote) = &self.bucket {
            let entries = remote.bucket.list(folder, Depth::All).unwrap();
            return entries.into_iter().map(|entry| entry.key).collect();
        }
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(self.root().join(&folder)).unwrap() {
                let entry = entry.unwrap();
                let name = format!("{folder}/{}", entry.file_name().to_str().unwrap());
                if entry.path().is_dir() { folders.push(name) } else { found.push(name) }
            }
        }
        found.sort();
        found
    }

    /// A file's bytes, as they lie there.
    pub fn read(&self, name: &str) -> Vec<u8> {
        match &self.bucket {
            None => fs::read(self.root().join(name)).unwrap(),
            Some(remote) => remote.bucket.get(name).unwrap().bytes.into(),
        }
    }

    /// Overwrites a file, as no program of ours would.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        match &self.bucket {
            None => fs::write(self.root().join(name), bytes).unwrap(),
            Some(remote) => remote.bucket.put(name, bytes.to_vec().into()).unwrap(),
        }
    }

    pub fn remove(&self, name: &str) {
        match &self.bucket {
            None => fs::remove_file(self.root().join(name)).unwrap(),
            Some(remote) => remote.bucket.remove(vec![name.to_owned()]).unwrap(),
        }
    }
}

pub fn name(text: &str) -> TableName {
    text.parse().unwrap()
}

/// Noon of a day in 2026, counted from the first of January.
pub fn noon(day: i64) -> DateTime<Utc> {
    "2026-01-01T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(day)
}

/// A schema with every type that the warehouse stores.
pub fn schema() -> SchemaRef {
    let timestamp = DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()));
    Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("label", DataType::Utf8, true),
        Field::new("amount", DataType::Decimal128(18, 4), true),
        Field::new("weight", DataType::Float64, true),
        Field::new("flag", DataType::Boolean, true),
        Field::new("day", DataType::Date32, true),
        Field::new("at", timestamp, true),
    ])
    .into()
}

/// Random rows of [`schema`], about one value in ten missing; `id` counts from `first`, and `day`
/// and `at` lie near it, so that files differ in their bounds.
pub fn rows(dice: &mut Dice, first: i64, count: usize) -> RecordBatch {
    let ids: Vec<i64> = (first..).take(count).collect();
    let mut some = |scale: i64| -> Vec<Option<i64>> {
        let value = |id: &i64| {
            (!dice.one_in(10)).then_some(()).map(|()| id * scale + dice.below(1_000) as i64)
        };
        ids.iter().map(value).collect()
    };
    let label = |value: i64| match value % 7 {
        0 => String::new(),
        1 => {
            format!("a label that is longer than what a manifest keeps of a bound, number {value}")
        }
        2 => format!("客户 {value}"),
        _ => format!("label {value}"),
    };
    let labels: Vec<_> = some(3).into_iter().map(|value| value.map(label)).collect();
    let amounts = some(-12_345).into_iter().map(|value| value.map(i128::from));
    let amounts: Decimal128Array = amounts.collect();
    let float = |value: i64| match value % 50 {
        0 => -0.0,
        value => value as f64 / 3.0,
    };
    let weights: Vec<_> = some(1).into_iter().map(|value| value.map(float)).collect();
    let flags: Vec<_> =
        some(1).into_iter().map(|value| value.map(|value| value % 2 == 0)).collect();
    let days = some(0).into_iter().zip(&ids);
    let days: Vec<_> = days.map(|(day, id)| day.map(|_| (20_000 + id / 100) as i32)).collect();
    let times: Vec<_> = some(86_400_000_000 / 100);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(ids)),
        Arc::new(StringArray::from(labels)),
        Arc::new(amounts.with_precision_and_scale(18, 4).unwrap()),
        Arc::new(Float64Array::from(weights)),
        Arc::new(BooleanArray::from(flags)),
        Arc::new(Date32Array::from(days)),
        Arc::new(TimestampMicrosecondArray::from(times).with_timezone("+00:00")),
    ];
    RecordBatch::try_new(schema(), columns).unwrap()
}

/// Writes rows as one file, in the batches given.
pub fn write(
    writer: &Writer,
    table: &str,
    partition: &str,
    batches: &[RecordBatch],
    threads: usize,
) -> Option<DataFile> {
    let schema = batches[0].schema();
    let mut file = FileWriter::create(writer, &name(table), partition, schema, threads).unwrap();
    for batch in batches {
        file.write(batch).unwrap();
    }
    file.finish().unwrap()
}

pub fn manifest(table: &str, files: Vec<DataFile>) -> Manifest {
    assemble(&name(table), &schema(), vec!["id".to_owned()], files).unwrap()
}

/// A table of one file per batch, with a load state.
pub fn put(writer: &Writer, table: &str, batches: &[RecordBatch]) -> TableEntry {
    let partition = |index: usize| format!("2026-{:02}", index + 1);
    let file = |(index, batch): (usize, &RecordBatch)| {
        write(writer, table, &partition(index), std::slice::from_ref(batch), 2)
    };
    let files = batches.iter().enumerate().filter_map(file).collect();
    let manifest = writer.put_manifest(&manifest(table, files)).unwrap();
    let load = format!("{{\"loaded\":\"{manifest}\"}}");
    let load = writer.put_load(&name(table), load.as_bytes()).unwrap();
    TableEntry { manifest, load: Some(load), built: None }
}

/// A release of these tables, ready to be published.
pub fn draft(tables: &[(&str, TableEntry)], created_at: DateTime<Utc>) -> Release {
    Release {
        format: 0,
        number: 0,
        previous: None,
        run_id: String::new(),
        created_at,
        kind: ReleaseKind::Refresh,
        tables: tables.iter().map(|(table, entry)| (name(table), entry.clone())).collect(),
        systems: BTreeMap::new(),
        accounting: BTreeMap::new(),
        checks: Vec::new(),
        waivers: Vec::new(),
        checked: BTreeMap::new(),
        cubes: BTreeMap::new(),
        entered: Vec::new(),
        project: String::new(),
        hash: String::new(),
    }
}

/// A session that sees the tables of a release, each by its name without the schema.
pub fn open(home: &Home, release: &Release, spill: &Path) -> Result<SessionContext, String> {
    let limits = Limits { threads: 2, memory_bytes: 256 << 20, spill_dir: spill.join("spill") };
    let context = session(&limits).map_err(|error| error.to_string())?;
    catalog::register_store(&context, home).map_err(|error| error.to_string())?;
    for (table, entry) in &release.tables {
        let manifest = home.manifest(table, &entry.manifest).map_err(|error| error.to_string())?;
        let provider = catalog::table(home, manifest).map_err(|error| error.to_string())?;
        context.register_table(table.table(), provider).map_err(|error| error.to_string())?;
    }
    Ok(context)
}

/// The rows of an answer as text, sorted.
pub fn ask(context: &SessionContext, sql: &str) -> Result<Vec<String>, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let batches = runtime.block_on(async { context.sql(sql).await?.collect().await });
    batches.map(|batches| texts(&batches)).map_err(|error: DataFusionError| error.to_string())
}

/// Rows as text, sorted.
pub fn texts(batches: &[RecordBatch]) -> Vec<String> {
    let options = FormatOptions::new().with_null("-");
    let mut lines = Vec::new();
    for batch in batches {
        let columns: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            let cells: Vec<_> = columns.iter().map(|cells| cells.value(row).to_string()).collect();
            lines.push(cells.join("|"));
        }
    }
    lines.sort();
    lines
}
