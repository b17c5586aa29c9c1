//! What do tables and columns mean, and by what are rows told apart, as the project's files say?

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Mutex;

use crate::model::compile;
use crate::model::dictionary::Dictionary;
use crate::model::given::given;
use crate::query::catalogue::Meaning;
use crate::server::app::{App, Sources, blocking};
use crate::server::problem::Problem;

/// What was found last, and in which state of the files.
#[derive(Debug, Default)]
pub(super) struct Meanings(Mutex<Option<(String, Arc<[Meaning]>)>>);

impl Meanings {
    /// What they mean now.
    pub(super) async fn of(&self, app: &Arc<App>) -> Result<Arc<[Meaning]>, Problem> {
        let reading = Arc::clone(app);
        let sources = blocking(move || reading.sources()).await?;
        let mut known = self.0.lock().await;
        if let Some((print, meanings)) = known.as_ref()
            && *print == sources.print
        {
            return Ok(Arc::clone(meanings));
        }
        let print = sources.print.clone();
        let app = Arc::clone(app);
        let found: Arc<[Meaning]> = blocking(move || read(&app, &sources)).await?.into();
        *known = Some((print, Arc::clone(&found)));
        Ok(found)
    }
}

fn read(app: &App, sources: &Sources) -> Result<Vec<Meaning>, Problem> {
    let project = &sources.project;
    let given = given(project).map_err(|error| Problem::hidden(&error))?;
    let compiled = Handle::current().block_on(compile(&project.root, given, app.limits()));
    // Files that do not fit are left out; `patron check` names them.
    let (models, _) = compiled.map_err(|error| Problem::hidden(&error))?;
    let dictionary = Dictionary::new(&models, &project.contracts);
    let dictionary = dictionary.map_err(|error| Problem::hidden(&error))?;
    let tables = dictionary.tables();
    let tables = tables.iter().filter_map(|summary| dictionary.table(&summary.name));
    let meaning = tables.map(|table| Meaning {
        schema: table.summary.name.schema().to_owned(),
        table: table.summary.name.table().to_owned(),
        text: table.summary.description.clone(),
        key: table.summary.grain.clone(),
        columns: table
            .columns
            .into_iter()
            .filter_map(|column| Some((column.name, column.description?)))
            .collect(),
    });
    Ok(meaning.collect())
}
