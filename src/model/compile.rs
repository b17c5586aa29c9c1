//! Does every file under sql/ fit the others, and what does each give?

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider};
use datafusion::datasource::empty::EmptyTable;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use sha2::{Digest, Sha256};

use super::build::closing;
use super::files::{self, Layer, ModelFile};
use super::given::{Given, OWN, is_moment};
use super::graph::{self, PREVIOUS};
use super::lineage::{Origin, origins, uses};
use super::mistakes::refused;
use super::{ModelError, cube, report, shape};
use crate::engine::session::{CATALOG, Limits, session};
use crate::warehouse::manifest::Hash;
use crate::warehouse::name::TableName;

/// Raised when equal files and inputs would give other rows than before.
const BUILDER: &str = "1";

/// A file that fits the others.
#[derive(Debug, Clone)]
pub struct Model {
    /// the file
    pub file: ModelFile,
    /// the columns of its table
    pub schema: SchemaRef,
    /// where each of them comes from
    pub origins: Vec<Origin>,
    /// the tables that its body names
    pub reads: BTreeSet<TableName>,
    /// the columns of each that its rows depend on
    pub uses: BTreeMap<TableName, BTreeSet<String>>,
    /// staging: whether the department has the table that it reads
    pub is_connected: bool,
    /// what its rows depend on beside its inputs: its own text and that of the staging it reads
    pub definition: Hash,
}

/// All files of a project that fit.
#[derive(Debug, Clone, Default)]
pub struct Models {
    /// by name
    pub by_name: BTreeMap<TableName, Model>,
    /// their names, each after those that it needs
    pub order: Vec<TableName>,
    /// the tables that they find ready
    pub given: BTreeMap<TableName, Given>,
    /// the names of files that do not fit, or rest on one that does not
    pub left_out: BTreeSet<TableName>,
}

impl Models {
    /// The models whose tables are written out, in an order in which they can be.
    pub fn stored(&self) -> impl Iterator<Item = &Model> {
        self.in_order().filter(|model| model.file.layer.is_stored())
    }

    /// All models, each after those that it needs.
    pub fn in_order(&self) -> impl Iterator<Item = &Model> {
        self.order.iter().filter_map(|name| self.by_name.get(name))
    }

    /// The tables that a model's rows come from: stored ones as they are, and what staging reads.
    pub fn inputs(&self, model: &Model) -> BTreeSet<TableName> {
        let mut inputs = BTreeSet::new();
        for name in &model.reads {
            match self.by_name.get(name) {
                Some(staging) if staging.file.layer == Layer::Staging => {
                    inputs.extend(staging.reads.iter().cloned());
                }
                _ if is_moment(name) || name.schema() == PREVIOUS => {}
                _ => {
                    inputs.insert(name.clone());
                }
            }
        }
        inputs
    }

    /// The column by whose month the rows of a table lie.
    pub fn month_of(&self, name: &TableName) -> Option<String> {
        let Some(model) = self.by_name.get(name) else {
            return self.given.get(name).and_then(|given| given.month.clone());
        };
        if model.file.layer != Layer::Staging {
            return model.file.head.month.clone();
        }
        let raw = model.reads.first()?;
        let month = self.given.get(raw)?.month.clone()?;
        let wanted = BTreeSet::from([(raw.clone(), month)]);
        let is_it = |origin: &Origin| origin.is_passed_on && origin.columns == wanted;
        let at = model.origins.iter().position(is_it)?;
        Some(model.schema.field(at).name().clone())
    }

    /// Staging whose department, or whose table, the company does not have.
    pub fn not_connected(&self) -> impl Iterator<Item = &Model> {
        self.in_order().filter(|model| !model.is_connected)
    }
}

/// Reads and checks all files under sql/ of a project; what does not fit comes beside the rest.
///
/// # Errors
/// When a folder cannot be read or no session can be made.
pub async fn compile(
    root: &Path,
    given: BTreeMap<TableName, Given>,
    limits: &Limits,
) -> Result<(Models, Vec<ModelError>), ModelError> {
    let (files, mut mistakes) = files::read_all(root)?;
    let session = planning_session(limits)?;
    for (name, table) in &given {
        declare(&session, name, &table.schema)?;
    }
    let broken = mistakes.iter().filter_map(ModelError::table).collect();
    let (files_by_name, models) = (BTreeMap::new(), Models::default());
    let mut compiler = Compiler { session, files: files_by_name, broken, models };
    compiler.models.given = given;
    let mut reads = BTreeMap::new();
    for file in files {
        match compiler.reads(&file) {
            Ok(read) => {
                reads.insert(file.name.clone(), read);
                compiler.files.insert(file.name.clone(), file);
            }
            Err(mistake) => {
                compiler.broken.insert(file.name.clone());
                mistakes.push(mistake);
            }
        }
    }
    let order = compiler.order(&mut reads, &mut mistakes);
    for name in order {
        let (Some(file), Some(read)) = (compiler.files.get(&name).cloned(), reads.remove(&name))
        else {
            continue;
        };
        match compiler.check(file, read).await {
            Ok(model) => {
                let rollups = compiler.rollups(&model).await;
                compiler.take(model);
                match rollups {
                    Ok(rollups) => rollups.into_iter().for_each(|rollup| compiler.take(rollup)),
                    Err(mistake) => mistakes.push(mistake),
                }
            }
            Err(found) => mistakes.extend(found),
        }
    }
    mistakes.extend(compiler.unknown_relations());
    mistakes.extend(cube::check::together(&compiler.models));
    let fits = |name: &&TableName| compiler.models.by_name.contains_key(*name);
    compiler.models.left_out = compiler.files.keys().filter(|name| !fits(name)).cloned().collect();
    Ok((compiler.models, mistakes))
}

/// A session that remembers where in a text each name stands, for messages.
fn planning_session(limits: &Limits) -> Result<SessionContext, ModelError> {
    let session = session(limits)?;
    let state = session.state_ref();
    state.write().config_mut().options_mut().sql_parser.collect_spans = true;
    Ok(session)
}

/// Makes a table without rows known to a session.
pub(super) fn declare(
    session: &SessionContext,
    name: &TableName,
    columns: &SchemaRef,
) -> Result<(), ModelError> {
    let table = Arc::new(EmptyTable::new(Arc::clone(columns)));
    schema_of(session, name.schema())
        .and_then(|schema| schema.register_table(name.table().to_owned(), table))
        .map(|_| ())
        .map_err(ModelError::Declare)
}

/// The schema of a name in a session's catalog, made where there is none.
pub(super) fn schema_of(
    session: &SessionContext,
    name: &str,
) -> Result<Arc<dyn SchemaProvider>, DataFusionError> {
    let missing = || DataFusionError::Internal(format!("the session has no catalog `{CATALOG}`"));
    let catalog = session.catalog(CATALOG).ok_or_else(missing)?;
    if let Some(schema) = catalog.schema(name) {
        return Ok(schema);
    }
    let schema: Arc<dyn SchemaProvider> = Arc::new(MemorySchemaProvider::new());
    catalog.register_schema(name, Arc::clone(&schema))?;
    Ok(schema)
}

/// What a body gives: its columns, where each comes from, and what of its inputs it uses.
type Planned = (SchemaRef, Vec<Origin>, BTreeMap<TableName, BTreeSet<String>>);

struct Compiler {
    session: SessionContext,
    files: BTreeMap<TableName, ModelFile>,
    /// tables of files that cannot be read
    broken: BTreeSet<TableName>,
    models: Models,
}

impl Compiler {
    /// The tables that a file names; none where it is not connected on purpose.
    fn reads(&self, file: &ModelFile) -> Result<BTreeSet<TableName>, ModelError> {
        if !file.head.connected {
            return Ok(BTreeSet::new());
        }
        graph::references(&self.session, file)
    }

    /// Takes a file that fits, so that others may name it.
    fn take(&mut self, model: Model) {
        self.models.order.push(model.file.name.clone());
        self.models.by_name.insert(model.file.name.clone(), model);
    }

    /// The tables that a cube's head declares, as if files under sql/ computed them.
    async fn rollups(&self, cube: &Model) -> Result<Vec<Model>, ModelError> {
        let mut models = Vec::new();
        for (_, file) in cube::rollup::files(&cube.file) {
            let (schema, origins, uses) = self.plan(&file).await?;
            let definition = definition(&file.text, true, std::iter::empty());
            let reads = cube.reads.clone();
            let is_connected = true;
            models.push(Model { file, schema, origins, reads, uses, is_connected, definition });
        }
        Ok(models)
    }

    /// An order of building; files on a circle are told and left out.
    fn order(
        &self,
        reads: &mut BTreeMap<TableName, BTreeSet<TableName>>,
        mistakes: &mut Vec<ModelError>,
    ) -> Vec<TableName> {
        loop {
            let circle = match graph::order(reads) {
                Ok(order) => return order,
                Err(circle) => circle,
            };
            let (Some(first), Some(second)) = (circle.first(), circle.get(1)) else {
                return Vec::new();
            };
            if let Some(file) = self.files.get(first) {
                let path: Vec<String> = circle.iter().map(|name| format!("`{name}`")).collect();
                let message = format!(
                    "{} form a circle; take one of these references out",
                    path.join(" reads ")
                );
                mistakes.push(file.wrong_below(&second.to_string(), message));
            }
            reads.remove(first);
        }
    }

    async fn check(
        &self,
        file: ModelFile,
        reads: BTreeSet<TableName>,
    ) -> Result<Model, Vec<ModelError>> {
        let is_connected = self.is_connected(&file, &reads);
        let wrong = |name: &TableName| {
            let other = || other_department(&file, name);
            let is_known = self.models.given.contains_key(name);
            let other = if is_known { None } else { other() };
            other.or_else(|| self.unknown(&file, name, is_connected))
        };
        let mut mistakes: Vec<ModelError> = reads.iter().filter_map(wrong).collect();
        if file.layer == Layer::Staging && file.head.connected && reads.len() != 1 {
            let message = format!(
                "staging reads exactly one raw table, this reads {}; join in sql/intermediate",
                reads.len()
            );
            mistakes.push(file.wrong_below("from", message));
        }
        let is_sound = |name: &TableName| {
            let is_file = self.files.contains_key(name) || self.broken.contains(name);
            !is_file || self.models.by_name.contains_key(name)
        };
        if !mistakes.is_empty() || !reads.iter().all(is_sound) {
            return Err(mistakes);
        }
        let (schema, origins, uses) = if is_connected {
            self.plan(&file).await.map_err(|mistake| vec![mistake])?
        } else {
            let schema = shape::declared(&file.head);
            let origins = vec![Origin::default(); schema.fields().len()];
            (schema, origins, BTreeMap::new())
        };
        let definition = self.definition(&file, &reads, is_connected);
        let model = Model { file, schema, origins, reads, uses, is_connected, definition };
        let found = shape::check(&model, &self.models);
        if !found.is_empty() {
            return Err(found);
        }
        // Others see the bookings of a table that knows closed periods too.
        let columns = closing::schema(&model);
        declare(&self.session, &model.file.name, &columns).map_err(|error| vec![error])?;
        Ok(model)
    }

    /// Whether the company has what a staging file reads: its department may have no contract at
    /// all.
    fn is_connected(&self, file: &ModelFile, reads: &BTreeSet<TableName>) -> bool {
        let has_department =
            |raw: &TableName| self.models.given.keys().any(|known| known.schema() == raw.schema());
        file.layer != Layer::Staging || (file.head.connected && reads.iter().all(has_department))
    }

    /// What is wrong with a name that a file uses, if something is.
    fn unknown(
        &self,
        file: &ModelFile,
        name: &TableName,
        is_connected: bool,
    ) -> Option<ModelError> {
        if !is_connected {
            return None;
        }
        let wrong = |message: String| Some(file.wrong_below(&name.to_string(), message));
        let is_own = name.schema() == OWN;
        let is_given = self.models.given.contains_key(name);
        if name.schema() == PREVIOUS {
            if file.head.remembers && name.table() == file.name.table() {
                return None;
            }
            return wrong(format!(
                "`{name}` is only for a table that remembers its own rows: say `remembers = true` \
                 in the head, and name `{PREVIOUS}.{}`",
                file.name.table()
            ));
        }
        if file.layer == Layer::Staging {
            return match is_given {
                true => None,
                false => wrong(format!(
                    "there is no contract for `{name}`{}; write one, or say `connected = false` \
                     in the head if the company has nothing like it",
                    similar(name, self.models.given.keys())
                )),
            };
        }
        if is_own && is_given {
            let is_cube = file.layer == Layer::Cubes;
            return wrong(format!(
                "`{name}` is another one at every refresh, and a cube gives the same rows as long \
                 as its marts do; leave it out"
            ))
            .filter(|_| is_cube && is_moment(name));
        }
        if is_given {
            return wrong(format!("`{name}` is a raw table; only sql/staging reads those"));
        }
        match self.models.by_name.get(name) {
            Some(known) if is_asked(file.layer) && !report::may_read(&known.file.name) => {
                let folder = known.file.layer.folder();
                let what = if file.layer == Layer::Cubes { "cube" } else { "report" };
                wrong(format!(
                    "`{name}` lies in sql/{folder}; a {what} reads what people see, which is \
                     sql/marts"
                ))
            }
            Some(known) if !known.file.layer.is_for_others() => {
                let folder = known.file.layer.folder();
                wrong(format!("`{name}` lies in sql/{folder}, which nothing may read"))
            }
            // What is wrong with another file is told there.
            _ if self.files.contains_key(name) || self.broken.contains(name) => None,
            _ => wrong(format!("there is no `{name}`{}", similar(name, self.files.keys()))),
        }
    }

    /// Relationships to tables that no file computes.
    fn unknown_relations(&self) -> Vec<ModelError> {
        let mut mistakes = Vec::new();
        for file in self.files.values() {
            for related in &file.head.checks.relationships {
                let other = self.files.get(&related.to);
                if other.is_none_or(|other| !other.layer.is_for_others())
                    && !self.broken.contains(&related.to)
                {
                    let message = format!(
                        "a relationship names `{}`, which no file under sql/ computes{}",
                        related.to,
                        similar(&related.to, self.files.keys())
                    );
                    mistakes.push(file.wrong(&related.to.to_string(), message));
                }
            }
        }
        mistakes
    }

    async fn plan(&self, file: &ModelFile) -> Result<Planned, ModelError> {
        if file.head.remembers {
            let own = TableName::new(PREVIOUS, file.name.table())
                .map_err(|message| file.wrong("remembers", message))?;
            declare(&self.session, &own, &shape::declared(&file.head))?;
        }
        let planned = if file.layer == Layer::Reports {
            report::check::plan(&self.session, file).await?
        } else {
            let frame = self.session.sql(&file.text).await;
            frame.map_err(|error| refused(file, &error))?.into_unoptimized_plan()
        };
        let schema = shape::stored(file, planned.schema().as_arrow())?;
        let origins = origins(&planned).map_err(|error| refused(file, &error))?;
        let uses = uses(&self.session, &planned).map_err(|error| refused(file, &error))?;
        Ok((schema, origins, uses))
    }

    fn definition(
        &self,
        file: &ModelFile,
        reads: &BTreeSet<TableName>,
        is_connected: bool,
    ) -> Hash {
        let known = reads.iter().filter_map(|name| self.models.by_name.get(name));
        let staging = known.filter(|model| model.file.layer == Layer::Staging);
        definition(&file.text, is_connected, staging.map(|model| model.definition.as_str()))
    }
}

/// What the rows of a table depend on beside its inputs.
pub(super) fn definition<'a>(
    text: &'a str,
    is_connected: bool,
    staging: impl Iterator<Item = &'a str>,
) -> Hash {
    let mut hasher = Sha256::new();
    let connected = if is_connected { "connected" } else { "not connected" };
    let version = env!("CARGO_PKG_VERSION");
    let first = [BUILDER, datafusion::DATAFUSION_VERSION, version, text, connected];
    for part in first.into_iter().chain(staging) {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hex::encode(hasher.finalize())
}

/// Whether people ask the files of a layer, which so read only what people see.
fn is_asked(layer: Layer) -> bool {
    matches!(layer, Layer::Reports | Layer::Cubes)
}

/// What is wrong with a name in staging that is of no known table and not of its folder's
/// department. Otherwise a slip of the pen would pass for a department that nobody has.
fn other_department(file: &ModelFile, name: &TableName) -> Option<ModelError> {
    let folder = Path::new(&file.place).parent().and_then(Path::file_name)?.to_string_lossy();
    if file.layer != Layer::Staging || name.schema() == folder || name.schema() == PREVIOUS {
        return None;
    }
    let message = format!(
        "`{name}` is no raw table of `{folder}`, the folder's department; name `{folder}.<table>`, \
         or move the file"
    );
    Some(file.wrong_below(&name.to_string(), message))
}

/// A hint at the name that was perhaps meant.
pub(super) fn similar(wanted: impl Display, known: impl Iterator<Item = impl Display>) -> String {
    let wanted = wanted.to_string();
    let near = known
        .map(|name| name.to_string())
        .map(|name| (strsim::damerau_levenshtein(&wanted, &name), name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= 4);
    near.map_or_else(String::new, |(_, name)| format!("; is `{name}` meant?"))
}
