//! Does every model give what its file below tests/slt says, over the company of tests/worlds/hand?
//!
//! `tests/slt/<folder>/<model>.slt` belongs to `sql/<folder>/<model>.sql`. Values are written as
//! `patron query --format csv` prints them, a missing one `NULL`, an empty text `(empty)`. A report
//! is asked by `report <name> <parameter>=<value> ...` in place of SQL; a value with blanks stands
//! on a line of its own. Cubes are asked by `cube` and their question in JSON, on as many lines as
//! it takes; the rows of spans that are compared stand one span after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::error::DataFusionError;
use datafusion::prelude::DataFrame;
use patron::model::cube::{self, CubeError};
use patron::model::report::{Asker, Question};
use patron::query::{self, Principal};

use crate::support::hand::{self, files, repository};
use crate::support::script::{self, Record};
use crate::support::world::runtime;
use crate::worlds;

/// The folders whose models need a file.
const FOLDERS: [&str; 4] = ["cubes", "intermediate", "marts", "reports"];

/// Models whose file is still to be written; each goes as soon as its file is there.
const WITHOUT_FILE: &[&str] = &[];

fn texts(batch: &RecordBatch) -> Result<Vec<Vec<String>>, DataFusionError> {
    let options = FormatOptions::new();
    let columns = batch.columns().iter().map(|column| {
        let nulls = column.logical_nulls();
        let cells = ArrayFormatter::try_new(column.as_ref(), &options)?;
        let cell = move |row| match cells.value(row).try_to_string()? {
            _ if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) => Ok("NULL".to_owned()),
            text if text.is_empty() => Ok("(empty)".to_owned()),
            text => Ok(text),
        };
        (0..batch.num_rows()).map(cell).collect::<Result<Vec<String>, DataFusionError>>()
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let row = |row: usize| columns.iter().map(|column| column[row].clone()).collect();
    Ok((0..batch.num_rows()).map(row).collect())
}

/// The question of a record that asks a report; nothing where it is SQL.
fn question(text: &str) -> Option<Result<Question, DataFusionError>> {
    let (first, more) = text.split_once('\n').unwrap_or((text, ""));
    let mut words = first.strip_prefix("report ")?.split_whitespace();
    let report = words.next().unwrap_or_default().to_owned();
    let pair = |text: &str| {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            DataFusionError::Plan(format!("`{text}` is no parameter; write name=value"))
        })?;
        Ok((name.to_owned(), value.to_owned()))
    };
    let given = words.chain(more.lines()).map(pair).collect::<Result<BTreeMap<_, _>, _>>();
    Some(given.map(|given| Question { report, given, language: None }))
}

async fn reported(asker: &Asker<'_>, question: &Question) -> Result<DataFrame, DataFusionError> {
    let answer = asker.ask(question).await;
    answer.map(|answer| answer.frame).map_err(|error| DataFusionError::External(error.into()))
}

/// The rows of an answer of cubes, the spans that are compared one after the other.
async fn sliced(asker: &cube::Asker<'_>, json: &str) -> Result<Rows, DataFusionError> {
    let failed = |error: CubeError| DataFusionError::External(error.into());
    let question = cube::question::Question::parse(json).map_err(failed)?;
    let answer = asker.ask(&question).await.map_err(failed)?;
    let width = answer.parts.first().map_or(0, |part| part.schema.fields().len());
    let batches = answer.parts.iter().flat_map(|part| &part.batches);
    let rows = batches.map(texts).collect::<Result<Vec<_>, _>>()?;
    Ok((width, rows.concat()))
}

/// How many columns an answer has, and its rows as texts.
type Rows = (usize, Vec<Vec<String>>);

/// What a script's records say and the release does not.
fn faults_of(place: &str, records: &[Record]) -> Vec<String> {
    let world = hand::shared();
    let (home, release) = (world.home(), world.release());
    let session = query::open(&home, &release, &Principal::Owner, &world.limits()).unwrap();
    let (project, limits) = (world.project(), world.limits());
    let principal = Principal::Owner;
    let asker = Asker {
        project: &project,
        home: &home,
        release: &release,
        principal: &principal,
        limits: &limits,
    };
    let slicer = cube::Asker {
        project: &project,
        home: &home,
        release: &release,
        principal: &principal,
        limits: &limits,
        has_rollups: true,
    };
    let answer = |sql: &str| {
        runtime().block_on(async {
            if let Some(json) = sql.strip_prefix("cube ") {
                return sliced(&slicer, json).await;
            }
            let frame = match question(sql) {
                Some(question) => reported(&asker, &question?).await?,
                None => query::ask(&session, sql).await?,
            };
            let width = frame.schema().fields().len();
            let batches = frame.collect().await?;
            let rows = batches.iter().map(texts).collect::<Result<Vec<_>, _>>()?;
            Ok::<_, DataFusionError>((width, rows.concat()))
        })
    };
    let fault = |record: &Record| {
        let found = match answer(&record.sql) {
            Ok((width, rows)) => record.differs(width, &rows)?,
            Err(error) => error.strip_backtrace(),
        };
        Some(format!("{place}:{}: {found}", record.line))
    };
    records.iter().filter_map(fault).collect()
}

/// The faults of a file, with its place in front of each.
fn faults_of_file(path: &Path) -> Vec<String> {
    let place = path.strip_prefix(repository("")).unwrap().display().to_string();
    let text = std::fs::read_to_string(path).unwrap();
    let records = match script::read(&text) {
        Ok(records) => records,
        Err(error) => return vec![format!("{place}:{error}")],
    };
    let mut faults = faults_of(&place, &records);
    if records.is_empty() {
        faults.push(format!("{place}: asks nothing; add a `query` with its answer"));
    }
    faults
}

#[test]
fn the_company_adds_up_as_by_hand() {
    let readme = std::fs::read_to_string(repository("tests/worlds/hand/README.md")).unwrap();
    let sums = worlds::sums(&readme);
    assert!(sums.len() > 25, "the README's tables are found: {}", sums.len());
    let faults = worlds::wrong_sums(hand::shared(), &sums);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    println!("{} sums of tests/worlds/hand/README.md hold", sums.len());
}

#[test]
fn models_give_what_their_files_say() {
    let mut faults = Vec::new();
    let mut count = 0;
    for folder in FOLDERS {
        for name in files(&repository("tests/slt").join(folder), "slt") {
            let path = repository("tests/slt").join(folder).join(format!("{name}.slt"));
            faults.extend(faults_of_file(&path));
            count += 1;
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    println!("{count} files below tests/slt hold");
}

#[test]
fn every_model_has_its_file_and_every_file_its_model() {
    let mut faults = Vec::new();
    let waiting: BTreeSet<&str> = WITHOUT_FILE.iter().copied().collect();
    for folder in FOLDERS {
        let models = files(&repository("sql").join(folder), "sql");
        let proved = files(&repository("tests/slt").join(folder), "slt");
        for model in models.difference(&proved) {
            if !waiting.contains(format!("{folder}.{model}").as_str()) {
                faults.push(format!("sql/{folder}/{model}.sql has no tests/slt file"));
            }
        }
        for file in proved.difference(&models) {
            faults.push(format!("tests/slt/{folder}/{file}.slt names no model"));
        }
        for file in &proved {
            if waiting.contains(format!("{folder}.{file}").as_str()) {
                faults.push(format!("{folder}.{file} has its file; take it from WITHOUT_FILE"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_wrong_answer_is_told_with_its_place() {
    let right = "query IT\nselect 1, cast(null as varchar)\n----\n1 NULL\n\n\
                 query T\nselect ''\n----\n(empty)\n";
    let wrong = [
        ("query I\nselect 2\n----\n1\n", "made.slt:1: expected\n1\nfound\n2"),
        ("query I\nselect 1, 2\n----\n1 2\n", "made.slt:1: gives 2 columns"),
        ("query I\nselect nothing\n----\n1\n", "nothing"),
        ("\n\nquery I\nselect 1 where false\n----\n1\n", "made.slt:3: expected\n1\nfound\n"),
    ];
    assert_eq!(faults_of("made.slt", &script::read(right).unwrap()), [""; 0]);
    for (text, words) in wrong {
        let faults = faults_of("made.slt", &script::read(text).unwrap());
        assert_eq!(faults.len(), 1, "{text}");
        assert!(faults[0].contains(words), "{text}: {}", faults[0]);
    }
    for text in ["statement ok\nselect 1\n", "query I\nselect 1\n", "query\nselect 1\n----\n1\n"] {
        assert!(script::read(text).is_err(), "{text}");
    }
}
