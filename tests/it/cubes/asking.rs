//! How does a test ask the cubes of a project in its own process?

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use patron::engine::Limits;
use patron::model::cube::question::Question;
use patron::model::cube::{Answer, Asker, Opened, Part};
use patron::query::Principal;
use patron::warehouse::Home;
use patron::warehouse::project::Project;
use patron::warehouse::release::Release;
use serde_json::{Value, json};

use crate::support::world::{chain, runtime};

/// A project with its newest release.
pub struct Company {
    project: Project,
    home: Home,
    release: Arc<Release>,
    limits: Limits,
}

impl Company {
    /// Whatever lies in a folder.
    pub fn of(root: &Path) -> Self {
        let project = Project::open(root).unwrap();
        let home = Home::open(project.home_place()).unwrap();
        let release = home.latest().unwrap().expect("a release");
        let spill_dir = root.join("spill");
        // The memory is what people have who set nothing.
        let limits = Limits { threads: 2, memory_bytes: 1 << 30, spill_dir };
        Self { project, home, release, limits }
    }

    /// Its cubes, with rollups or without.
    pub fn open(&self, has_rollups: bool) -> Opened<'_> {
        let asker = Asker {
            project: &self.project,
            home: &self.home,
            release: &self.release,
            principal: &Principal::Owner,
            limits: &self.limits,
            has_rollups,
        };
        asker.open().unwrap_or_else(|error| panic!("{}", chain(&error)))
    }
}

/// The rows of a part as texts, with what is said beside them.
pub fn told(part: &Part) -> Value {
    let options = FormatOptions::new();
    let columns: Vec<&str> = part.columns.iter().map(|column| column.name.as_str()).collect();
    let mut rows = Vec::new();
    for batch in &part.batches {
        let cells = |column| ArrayFormatter::try_new(column, &options).unwrap();
        let cells: Vec<_> =
            batch.columns().iter().map(|column| (column, cells(column.as_ref()))).collect();
        for row in 0..batch.num_rows() {
            let text = |(column, cell): &(&ArrayRef, ArrayFormatter)| {
                let is_null = column.logical_nulls().is_some_and(|nulls| nulls.is_null(row));
                (!is_null).then(|| cell.value(row).to_string())
            };
            rows.push(cells.iter().map(text).collect::<Vec<_>>());
        }
    }
    json!({ "columns": columns, "rows": rows, "total": part.total, "truncated": part.is_truncated })
}

/// The answer to a question, or why there is none.
pub fn ask(opened: &Opened<'_>, question: &Value) -> Result<Answer, String> {
    let question = Question::parse(&question.to_string()).map_err(|error| chain(&error))?;
    runtime().block_on(opened.ask(&question)).map_err(|error| chain(&error))
}

/// The rows of the first part of an answer, each as one text; nothing is `-`.
pub fn lines(answer: &Answer) -> Vec<String> {
    let told = told(&answer.parts[0]);
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |row: &Value| {
        let cells: Vec<String> = row.as_array().unwrap().iter().map(text).collect();
        cells.join("|")
    };
    told["rows"].as_array().unwrap().iter().map(line).collect()
}
