//! Which question does a file under sql/reports ask, and what is the answer?
//!
//! | file | question |
//! | --- | --- |
//! | `parameter` | what may be said to it, and what does that mean? |
//! | `check` | does it fit its head, the tables and the project? |
//! | `resolve` | which value does each parameter have? |
//! | `within` | do these values fit each other and their bounds? |
//! | `bind` | how do values get into the query? |
//! | `completeness` | what is missing in the data that it rests on? |
//! | `words` | how is that said in a language? |
//! | `answer` | how is the answer written, with its receipt? |
//! | `listed` | which reports are there, and what may be said to each? |

mod answer;
mod bind;
pub(super) mod check;
mod completeness;
mod error;
mod listed;
pub mod parameter;
mod resolve;
mod within;
mod words;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::prelude::{DataFrame, SessionContext};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use self::bind::Body;
use self::resolve::Resolver;
use super::compile::similar;
use super::files::{self, Layer, ModelFile};
use super::given::{OWN, beside};
use super::shape::{spelt, stored_type};
use super::values::Values;
use crate::engine::session::Limits;
use crate::query::{self, Principal, QueryError};
use crate::warehouse::home::Home;
use crate::warehouse::manifest::Hash;
use crate::warehouse::name::TableName;
use crate::warehouse::project::Project;
use crate::warehouse::release::Release;

pub use answer::Receipt;
pub use check::against;
pub use completeness::{Beyond, Completeness, Statement, SystemState};
pub use error::ReportError;
pub use listed::{Listed, Told, list};
pub use parameter::Value;

/// The report that is asked beside every other: what the project says of the data's completeness.
pub const COMPLETENESS: &str = "completeness";

/// The unit of amounts in the currency in which the group reports.
pub(super) const REPORTING_CURRENCY: &str = "reporting_currency";

/// Whether reports may read a table: what people see, and what the project says of itself.
pub(super) fn may_read(table: &TableName) -> bool {
    table.schema() == Layer::Marts.folder() || table.schema() == OWN
}

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// the report's name
    pub report: String,
    /// the parameters given, as texts by name
    pub given: BTreeMap<String, String>,
    /// the language of labels; the project's first where absent
    pub language: Option<String>,
}

/// An answer whose rows are still to be computed.
#[derive(Debug)]
pub struct Answer {
    /// the report's name
    pub report: String,
    /// what it is called in the language asked for
    pub label: String,
    /// its parameters with their values
    pub parameters: BTreeMap<String, Value>,
    /// its columns
    pub columns: Vec<Column>,
    /// its rows
    pub frame: DataFrame,
    /// what is missing in the data
    pub completeness: Completeness,
    /// what it takes to get the same answer again
    pub receipt: Receipt,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Column {
    /// what it is called in the query
    pub name: String,
    /// what it is called in the language asked for
    pub label: String,
    /// its type, as contracts write it
    #[serde(rename = "type")]
    pub kind: String,
    /// the unit of its values; null where it has none
    pub unit: Option<String>,
    /// what its values are called in that language, as far as they have names
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

/// All reports of a project by name, in a language's order of names; those that cannot be read are
/// left to `patron check`.
///
/// # Errors
/// When a folder cannot be read.
pub fn all(root: &Path) -> Result<Vec<ModelFile>, ReportError> {
    let (files, _) = files::read_all(root)?;
    Ok(files.into_iter().filter(|file| file.layer == Layer::Reports).collect())
}

/// The report of a name, with or without its folder.
///
/// # Errors
/// When there is none, or its file cannot be read.
pub fn find(root: &Path, name: &str) -> Result<ModelFile, ReportError> {
    let folder = Layer::Reports.folder();
    let wanted = name.strip_prefix(&format!("{folder}.")).unwrap_or(name);
    let (files, mistakes) = files::read_all(root)?;
    let place = format!("sql/{folder}/{wanted}.sql");
    let is_reports = |file: &ModelFile| file.layer == Layer::Reports;
    let names: Vec<String> = files
        .iter()
        .filter(|file| is_reports(file))
        .map(|file| file.name.table().to_owned())
        .collect();
    let found = files.into_iter().find(|file| is_reports(file) && file.name.table() == wanted);
    if let Some(found) = found {
        return Ok(found);
    }
    if let Some(mistake) =
        mistakes.into_iter().find(|mistake| mistake.to_string().starts_with(&place))
    {
        return Err(mistake.into());
    }
    let hint = similar(wanted, names.iter());
    Err(ReportError::Unknown { wanted: wanted.to_owned(), hint })
}

/// In which words an answer is told.
#[derive(Debug, Clone, Copy)]
struct Said<'a> {
    /// the language of labels
    language: &'a str,
    /// what values are called
    values: &'a Values,
}

/// Where and on whose behalf a report is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// the project, whose files hold the reports
    pub project: &'a Project,
    /// the warehouse
    pub home: &'a Home,
    /// the release asked
    pub release: &'a Arc<Release>,
    /// on whose behalf
    pub principal: &'a Principal,
    /// what the session may use
    pub limits: &'a Limits,
}

impl Asker<'_> {
    /// Plans the answer to a question. Relative defaults count from the release's data, never from
    /// a clock.
    ///
    /// # Errors
    /// When there is no such report, its parameters do not fit, or the release lacks what it reads.
    pub async fn ask(&self, question: &Question) -> Result<Answer, ReportError> {
        let session = self.session()?;
        let file = self.find(&session, &question.report)?;
        let always = find(&self.project.root, COMPLETENESS).ok();
        let language = self.language(question)?;
        let values = Values::read(&self.project.root)?;
        let resolver = self.resolver(&session, file.name.table());
        let parameters = resolver.values(&file.head.parameters, &question.given).await?;
        let frame = self.frame(&session, &file, &parameters).await?;
        let said = Said { language, values: &values };
        let completeness = self.completeness(&session, always.as_ref(), &parameters, said).await?;
        let closings = resolver.waived(&parameters).await?;
        let definition = hash(&file, always.as_ref(), values.text());
        let receipt = Receipt::new(self.release, definition, &parameters, closings);
        Ok(Answer {
            report: file.name.table().to_owned(),
            label: label(&file, language),
            columns: self.columns(&file, &frame, said),
            parameters,
            frame,
            completeness,
            receipt,
        })
    }

    /// The report of a name. One that reads what the person does not see is not there for the
    /// person, like one that nobody wrote.
    fn find(&self, session: &SessionContext, name: &str) -> Result<ModelFile, ReportError> {
        if self.principal.is_owner() {
            return find(&self.project.root, name);
        }
        let files = self.seen(session)?;
        let wanted = name.strip_prefix(&format!("{}.", Layer::Reports.folder())).unwrap_or(name);
        if let Some(file) = files.iter().find(|file| file.name.table() == wanted) {
            return Ok(file.clone());
        }
        let names: Vec<String> = files.iter().map(|file| file.name.table().to_owned()).collect();
        let hint = similar(wanted, names.iter());
        Err(ReportError::Unknown { wanted: wanted.to_owned(), hint })
    }

    /// The reports all of whose tables the person sees.
    fn seen(&self, session: &SessionContext) -> Result<Vec<ModelFile>, ReportError> {
        let mut files = all(&self.project.root)?;
        if !self.principal.is_owner() {
            files.retain(|file| sees_all(session, file));
        }
        Ok(files)
    }

    fn language<'a>(&'a self, question: &'a Question) -> Result<&'a str, ReportError> {
        let known = &self.project.settings.languages;
        match &question.language {
            None => Ok(known.first().map_or("en", String::as_str)),
            Some(wanted) if known.contains(wanted) => Ok(wanted),
            Some(wanted) => {
                Err(ReportError::Language { wanted: wanted.clone(), known: known.join(", ") })
            }
        }
    }

    /// A session that sees the release and what the project says of itself.
    fn session(&self) -> Result<SessionContext, ReportError> {
        let own = beside(&self.project.settings, self.home, self.release, self.principal);
        let own = own.map_err(QueryError::Query)?;
        Ok(query::open_with(self.home, self.release, self.principal, self.limits, own)?)
    }

    fn resolver<'a>(&'a self, session: &'a SessionContext, report: &'a str) -> Resolver<'a> {
        let settings = &self.project.settings;
        Resolver { session, settings, release: self.release.number, report }
    }

    /// The rows of a report with values for its parameters.
    async fn frame(
        &self,
        session: &SessionContext,
        file: &ModelFile,
        values: &BTreeMap<String, Value>,
    ) -> Result<DataFrame, ReportError> {
        let report = || file.name.table().to_owned();
        let failed = |cause| ReportError::Query { report: report(), cause };
        let body = Body::parse(session, &file.text).map_err(failed)?;
        let unfit = |problem| ReportError::Unfit { place: file.place.clone(), problem };
        if let Some(name) = body.parameters().iter().find(|name| !values.contains_key(*name)) {
            return Err(unfit(format!("the head declares no parameter `{name}`")));
        }
        let tables = body.tables(session).map_err(failed)?;
        if let Some(table) = tables.iter().find(|table| !is_open(table)) {
            return Err(unfit(format!("a report reads sql/marts, not `{table}`")));
        }
        let plan = body.plan(session, values, &file.head.grain).await.map_err(failed)?;
        session.execute_logical_plan(plan).await.map_err(failed)
    }

    fn columns(&self, file: &ModelFile, frame: &DataFrame, said: Said<'_>) -> Vec<Column> {
        let column = |field: &Arc<datafusion::arrow::datatypes::Field>| {
            let name = field.name();
            let labels = file.head.labels.get(said.language);
            let kind = stored_type(field.data_type());
            let unit = file.head.units.get(name).map(|unit| match unit.as_str() {
                REPORTING_CURRENCY => self.project.settings.reporting_currency.clone(),
                other => other.to_owned(),
            });
            Column {
                label: labels.and_then(|labels| labels.get(name)).unwrap_or(name).clone(),
                kind: spelt(kind.as_ref().unwrap_or(field.data_type())),
                values: said.values.told(&file.head, name, said.language),
                name: name.clone(),
                unit,
            }
        };
        frame.schema().fields().iter().map(column).collect()
    }
}

/// Whether a session has every table that a file's query reads.
pub(super) fn sees_all(session: &SessionContext, file: &ModelFile) -> bool {
    let tables = Body::parse(session, &file.text).and_then(|body| body.tables(session));
    let has = |table| session.table_exist(table).unwrap_or(false);
    tables.is_ok_and(|tables| tables.into_iter().all(has))
}

/// Whether a name in a query, with or without its schema, is of a table that reports may read.
pub(super) fn is_open(reference: &datafusion::common::TableReference) -> bool {
    let schema = reference.schema().unwrap_or_default();
    TableName::new(schema, reference.table()).is_ok_and(|table| may_read(&table))
}

/// What a report is called in a language; its name in words where the head does not say.
pub fn label(file: &ModelFile, language: &str) -> String {
    let said = file.head.label.as_ref().and_then(|label| label.text(language));
    said.map_or_else(|| file.name.table().replace('_', " "), str::to_owned)
}

/// The values of parameters in JSON, by name.
pub(super) fn json(parameters: &BTreeMap<String, Value>) -> Map<String, Json> {
    parameters.iter().map(|(name, value)| (name.clone(), value.json())).collect()
}

/// A hash of everything in the project's files and in the program that an answer rests on.
fn hash(file: &ModelFile, beside: Option<&ModelFile>, values: &str) -> Hash {
    let mut hasher = Sha256::new();
    let texts = [Some(file), beside].into_iter().flatten().map(|file| file.text.as_str());
    let versions = [datafusion::DATAFUSION_VERSION, env!("CARGO_PKG_VERSION")];
    let named = Some(values).filter(|values| !values.is_empty());
    for part in texts.chain(versions).chain(named) {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hex::encode(hasher.finalize())
}
