//! Which reports are there, and what may be said to each?

use std::path::Path;

use serde::Serialize;

use super::parameter::{Kind, Parameter};
use super::{Asker, COMPLETENESS, ReportError, all, label};
use crate::model::files::ModelFile;

/// A report that can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// its name
    pub name: String,
    /// what it is called in the language asked for
    pub label: String,
    /// what it answers
    pub description: String,
    /// what may be said to it, in the order of its head
    pub parameters: Vec<Told>,
}

/// A parameter of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// its name
    pub name: String,
    /// what its values are
    #[serde(rename = "type")]
    pub kind: Kind,
    /// what it means
    pub description: String,
    /// its value where none is given, or how that is found; null where there is none
    pub default: Option<String>,
    /// whether it may be left out though it has no default
    pub optional: bool,
    /// the only values that it takes; empty where that is not said
    pub allowed: Vec<String>,
    /// the column in which its values must stand
    pub from: Option<String>,
    /// its least value
    pub least: Option<String>,
    /// the parameter that it must not come after
    pub not_after: Option<String>,
}

/// All reports that can be asked by name.
///
/// # Errors
/// When a folder cannot be read.
pub fn list(root: &Path, language: &str) -> Result<Vec<Listed>, ReportError> {
    Ok(listing(&all(root)?, language))
}

impl Asker<'_> {
    /// All reports that can be asked by name, as far as the person sees every table that they read.
    ///
    /// # Errors
    /// When a folder cannot be read, or no session can be made.
    pub fn list(&self, language: &str) -> Result<Vec<Listed>, ReportError> {
        Ok(listing(&self.seen(&self.session()?)?, language))
    }
}

fn listing(files: &[ModelFile], language: &str) -> Vec<Listed> {
    let asked = files.iter().filter(|file| file.name.table() != COMPLETENESS);
    asked.map(|file| listed(file, language)).collect()
}

fn listed(file: &ModelFile, language: &str) -> Listed {
    let parameters = file.parameters().into_iter();
    Listed {
        name: file.name.table().to_owned(),
        label: label(file, language),
        description: file.head.description.clone(),
        parameters: parameters.map(|(name, parameter)| told(name, parameter)).collect(),
    }
}

fn told(name: &str, parameter: &Parameter) -> Told {
    Told {
        name: name.to_owned(),
        kind: parameter.kind,
        description: parameter.description.clone(),
        default: parameter.default.as_ref().map(ToString::to_string),
        optional: parameter.optional,
        allowed: parameter.allowed.iter().map(ToString::to_string).collect(),
        from: parameter.from.as_ref().map(ToString::to_string),
        least: parameter.least.as_ref().map(ToString::to_string),
        not_after: parameter.not_after.clone(),
    }
}
