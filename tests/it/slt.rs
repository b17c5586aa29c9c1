//! Does every model give what its file below tests/slt says, over the company of tests/worlds/hand?
//!
//! `tests/slt/<folder>/<model>.slt` belongs to `sql/<folder>/<model>.sql`. Values are written as
//! `patron query --format csv` prints them, a missing one `NULL`, an empty text `(empty)`. A report
//! is asked by `report <name> <parameter>=<value> ...` in place of SQL; a value with blanks stands
//! on a line of its own. Cubes are asked by `cube` and their question in JSON, on as many lines as
//! it takes, with rollups and without them; the rows of spans that are compared stand one span
//! after the other, and where `total` is asked it stands below them. `cube step <row> <way>` asks
//! what comes after a step from a row of the answer, and `cube totals` what totals are called.
//! Below `asked` stand questions by what they are about; tests/cubes/written.py computes their
//! answers from the raw files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::error::DataFusionError;
use datafusion::prelude::DataFrame;
use patron::model::cube::drill::{Step, drill};
use patron::model::cube::question::Question as CubeQuestion;
use patron::model::cube::{self, Answer, CubeError, Opened, Part};
use patron::model::report::{Asker, Question};
use patron::query::{self, Principal};

use crate::support::duckdb;
use crate::support::hand::{self, files, repository};
use crate::support::script::{self, Record};
use crate::support::world::runtime;
use crate::worlds;

/// The folders whose models need a file.
const FOLDERS: [&str; 4] = ["cubes", "intermediate", "marts", "reports"];

/// The folder of questions of cubes by what they are about.
const ASKED: &str = "asked";

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

fn failed(error: CubeError) -> DataFusionError {
    DataFusionError::External(error.into())
}

/// What is asked of cubes: what totals are called, what comes after a step from a row, or rows.
async fn sliced(opened: &[Opened<'_>; 2], asked: &str) -> Result<Rows, DataFusionError> {
    let [quick, slow] = opened;
    if let Some(json) = asked.strip_prefix("totals ") {
        let answer = answered(quick, json).await?;
        let told = answer.told(quick, "en").await.map_err(failed)?.totals();
        return Ok((1, vec![vec![told.unwrap_or_else(|| "no totals".to_owned())]]));
    }
    let mut found = Vec::new();
    for opened in [quick, slow] {
        let answer = match asked.strip_prefix("step ") {
            Some(step) => stepped(opened, step).await?,
            None => answered(opened, asked).await?,
        };
        found.push(shown(&answer)?);
    }
    let without = found.pop().unwrap();
    let with = found.pop().unwrap();
    if with == without {
        return Ok(with);
    }
    let message = format!("rollups give\n{with:?}\nthe cube itself\n{without:?}");
    Err(DataFusionError::Execution(message))
}

async fn answered(opened: &Opened<'_>, json: &str) -> Result<Answer, DataFusionError> {
    let question = CubeQuestion::parse(json).map_err(failed)?;
    opened.ask(&question).await.map_err(failed)
}

/// What follows a step, written as `<row> <way> <question>`.
async fn stepped(opened: &Opened<'_>, text: &str) -> Result<Answer, DataFusionError> {
    let words: Vec<&str> = text.splitn(3, ' ').collect();
    let [row, way, json] = words[..] else {
        return Err(DataFusionError::Plan(format!("`{text}` is no row, way and question")));
    };
    let row = row.parse().map_err(|_| DataFusionError::Plan(format!("`{row}` is no row")))?;
    let way: Step = way.parse().map_err(DataFusionError::Plan)?;
    let answer = answered(opened, json).await?;
    let next = drill(opened, &answer, row, &way).await.map_err(failed)?;
    opened.ask(&next).await.map_err(failed)
}

/// The rows of an answer, the spans that are compared one after the other, each with how many rows
/// it has where that was asked.
fn shown(answer: &Answer) -> Result<Rows, DataFusionError> {
    let width = answer.parts.first().map_or(0, |part| part.schema.fields().len());
    let mut all = Vec::new();
    for Part { batches, total, is_truncated, .. } in &answer.parts {
        for batch in batches {
            all.extend(texts(batch)?);
        }
        let more = if *is_truncated { ", more follow" } else { "" };
        all.extend(total.map(|total| vec![format!("total {total}{more}")]));
    }
    Ok((width, all))
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
    let slicer = |has_rollups: bool| {
        let Asker { project, home, release, principal, limits } = asker;
        cube::Asker { project, home, release, principal, limits, has_rollups }.open().unwrap()
    };
    let opened = [slicer(true), slicer(false)];
    let answer = |sql: &str| {
        runtime().block_on(async {
            if let Some(json) = sql.strip_prefix("cube ") {
                return sliced(&opened, json).await;
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
            Err(error) => record.objects(&error.strip_backtrace())?,
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
fn questions_of_cubes_have_the_answers_that_their_files_say() {
    let folder = repository("tests/slt").join(ASKED);
    let names = files(&folder, "slt");
    assert!(names.len() > 10, "questions are there: {names:?}");
    let path = |name: &String| folder.join(format!("{name}.slt"));
    let faults: Vec<String> = names.iter().flat_map(|name| faults_of_file(&path(name))).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn answers_of_cubes_written_down_are_those_of_the_raw_files() {
    let output = duckdb::python("tests/cubes/written.py").output().unwrap();
    let (said, wrong) = (output.stdout, output.stderr);
    let said = String::from_utf8(said).unwrap() + &String::from_utf8(wrong).unwrap();
    assert!(output.status.success(), "{said}");
    println!("{said}");
}

#[test]
fn five_hundred_questions_of_cubes_have_answers() {
    let mut count = 0;
    for folder in ["cubes", ASKED] {
        for name in files(&repository("tests/slt").join(folder), "slt") {
            let path = repository("tests/slt").join(folder).join(format!("{name}.slt"));
            let records = script::read(&std::fs::read_to_string(path).unwrap()).unwrap();
            let is_of_cubes = |record: &&Record| record.sql.starts_with("cube ");
            count += records.iter().filter(is_of_cubes).count();
        }
    }
    println!("{count} questions of cubes below tests/slt");
    assert!(count >= 500, "only {count} questions of cubes have an answer below tests/slt");
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
                 query T\nselect ''\n----\n(empty)\n\n\
                 statement error\nselect nothing\n----\nNo field named nothing\n";
    let wrong = [
        ("query I\nselect 2\n----\n1\n", "made.slt:1: expected\n1\nfound\n2"),
        ("query I\nselect 1, 2\n----\n1 2\n", "made.slt:1: gives 2 columns"),
        ("query I\nselect nothing\n----\n1\n", "nothing"),
        ("\n\nquery I\nselect 1 where false\n----\n1\n", "made.slt:3: expected\n1\nfound\n"),
        ("statement error\nselect 1\n----\nnothing\n", "gives an answer, not the error `nothing`"),
        ("statement error\nselect nothing\n----\nanything\n", "nothing"),
    ];
    assert_eq!(faults_of("made.slt", &script::read(right).unwrap()), [""; 0]);
    for (text, words) in wrong {
        let faults = faults_of("made.slt", &script::read(text).unwrap());
        assert_eq!(faults.len(), 1, "{text}");
        assert!(faults[0].contains(words), "{text}: {}", faults[0]);
    }
    let odd = [
        "statement ok\nselect 1\n",
        "statement error\nselect nothing\n----\n",
        "query I\nselect 1\n",
        "query\nselect 1\n----\n1\n",
    ];
    for text in odd {
        assert!(script::read(text).is_err(), "{text}");
    }
}
