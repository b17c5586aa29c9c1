//! Which SQL files does a project have, and what is each called?

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::ModelError;
use super::cube::shared::Shared;
use super::front_matter::{self, Head, body_line_of, key_line_of, line_of};
use super::report::parameter::Parameter;
use crate::warehouse::name::TableName;

/// The folders under sql/, each a schema, in the order in which data run through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// one raw table in the shape that all others rely on
    Staging,
    /// steps on the way
    Intermediate,
    /// what people ask
    Marts,
    /// questions whose answer should have no rows
    Checks,
    /// questions that people ask again and again
    Reports,
    /// what can be measured, by what
    Cubes,
    /// tables that answer some questions of cubes sooner; heads of cubes declare them
    Rollups,
}

impl Layer {
    /// All that files lie in.
    pub const ALL: [Self; 6] =
        [Self::Staging, Self::Intermediate, Self::Marts, Self::Checks, Self::Reports, Self::Cubes];

    /// The folder's name, which is the schema's.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Intermediate => "intermediate",
            Self::Marts => "marts",
            Self::Checks => "checks",
            Self::Reports => "reports",
            Self::Cubes | Self::Rollups => "cubes",
        }
    }

    /// Whether other files may read what the files of the layer give.
    pub fn is_for_others(self) -> bool {
        matches!(self, Self::Staging | Self::Intermediate | Self::Marts)
    }

    /// Whether the tables of the layer are written out.
    pub fn is_stored(self) -> bool {
        matches!(self, Self::Intermediate | Self::Marts | Self::Rollups)
    }
}

/// A file under sql/ with its head.
#[derive(Debug, Clone)]
pub struct ModelFile {
    /// what its table is called
    pub name: TableName,
    /// the folder that it lies in
    pub layer: Layer,
    /// relative to the project, for messages
    pub place: String,
    /// the whole text, head included, so that lines in messages are those of the file
    pub text: String,
    /// the head
    pub head: Head,
}

impl ModelFile {
    /// The line on which a word stands, for messages.
    pub fn line_of(&self, word: &str) -> usize {
        line_of(&self.text, word)
    }

    /// The query alone, as it can stand inside another one.
    pub fn body(&self) -> &str {
        front_matter::body(&self.text)
    }

    /// The parameters that the head declares, in its order.
    pub fn parameters(&self) -> Vec<(&String, &Parameter)> {
        let mut all: Vec<_> = self.head.parameters.iter().collect();
        all.sort_by_key(|(name, _)| self.line_of(&format!("[parameters.{name}]")));
        all
    }

    /// A mistake in the query, on the line below the head where a word stands.
    pub fn wrong_below(&self, word: &str, message: String) -> ModelError {
        let line = body_line_of(&self.text, word, "");
        ModelError::Wrong { place: self.place.clone(), line, message }
    }

    /// A mistake in the query, on the line where a word stands that is no part of a longer name.
    pub(super) fn wrong_alone(&self, word: &str, message: String) -> ModelError {
        let line = body_line_of(&self.text, word, ".");
        ModelError::Wrong { place: self.place.clone(), line, message }
    }

    /// A mistake in what the head says under a key of its first level.
    pub(super) fn wrong_at(&self, key: &str, message: String) -> ModelError {
        let line = key_line_of(&self.text, key);
        ModelError::Wrong { place: self.place.clone(), line, message }
    }

    /// A mistake in this file, on the line where a word stands.
    pub fn wrong(&self, word: &str, message: String) -> ModelError {
        ModelError::Wrong { place: self.place.clone(), line: self.line_of(word), message }
    }
}

/// All SQL files of a project in the order of layers and names; mistakes beside those that can be
/// read.
///
/// # Errors
/// When a folder cannot be read.
pub fn read_all(root: &Path) -> Result<(Vec<ModelFile>, Vec<ModelError>), ModelError> {
    let mut files = Vec::new();
    let mut mistakes = Vec::new();
    for layer in Layer::ALL {
        for (path, prefix) in paths(root, layer)? {
            match read(root, layer, &path, &prefix) {
                Ok(file) => files.push(file),
                Err(mistake) => mistakes.push(mistake),
            }
        }
    }
    files.sort_by(|one, other| (one.layer, &one.name).cmp(&(other.layer, &other.name)));
    match Shared::read(root) {
        Ok(shared) => {
            files.iter_mut().for_each(|file| shared.fill(file));
            mistakes.extend(shared.idle(&files));
        }
        Err(mistake) => mistakes.push(mistake),
    }
    let mut seen: Vec<&ModelFile> = Vec::new();
    for file in &files {
        match seen.last().filter(|last| last.name == file.name) {
            Some(first) => mistakes.push(ModelError::Wrong {
                place: file.place.clone(),
                line: 1,
                message: format!("`{}` is also the name of {}", file.name, first.place),
            }),
            None => seen.push(file),
        }
    }
    Ok((files, mistakes))
}

/// The SQL files of a layer with what their names begin with.
fn paths(root: &Path, layer: Layer) -> Result<Vec<(PathBuf, String)>, ModelError> {
    let folder = root.join("sql").join(layer.folder());
    let mut found = Vec::new();
    for path in entries(root, &folder)? {
        if layer == Layer::Staging && path.is_dir() {
            let prefix = format!("stg_{}__", name_of(&path));
            let inner = entries(root, &path)?.into_iter().filter(|path| is_sql(path));
            found.extend(inner.map(|path| (path, prefix.clone())));
        } else if layer != Layer::Staging && is_sql(&path) {
            let prefix = if layer == Layer::Intermediate { "int_" } else { "" };
            found.push((path, prefix.to_owned()));
        }
    }
    Ok(found)
}

fn is_sql(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "sql")
}

fn read(root: &Path, layer: Layer, path: &Path, prefix: &str) -> Result<ModelFile, ModelError> {
    let place = place_of(root, path);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if !stem.starts_with(prefix) || stem.len() == prefix.len() {
        return Err(ModelError::Name { place, wanted: prefix.to_owned() });
    }
    let name = TableName::new(layer.folder(), &stem).map_err(|message| ModelError::Wrong {
        place: place.clone(),
        line: 1,
        message,
    })?;
    let text = fs::read_to_string(path)
        .map_err(|cause| ModelError::Unreadable { place: place.clone(), cause })?;
    let head = front_matter::read(&place, &text)?;
    Ok(ModelFile { name, layer, place, text, head })
}

/// What a TOML file of the project holds, with its text; nothing where there is none.
///
/// # Errors
/// When it cannot be read, or holds something else, with its line.
pub(super) fn read_toml<T: DeserializeOwned>(
    root: &Path,
    place: &str,
) -> Result<Option<(T, String)>, ModelError> {
    let path = root.join(place);
    if !path.exists() {
        return Ok(None);
    }
    let unreadable = |cause| ModelError::Unreadable { place: place.to_owned(), cause };
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let held = toml::from_str(&text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.bytes().take(start);
        let line = before.filter(|byte| *byte == b'\n').count() + 1;
        let message = error.message().to_owned();
        ModelError::Head { place: place.to_owned(), line, message }
    })?;
    Ok(Some((held, text)))
}

fn entries(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, ModelError> {
    let failed = |cause| ModelError::Unreadable { place: place_of(root, folder), cause };
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn place_of(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}
