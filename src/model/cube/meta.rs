//! What can be asked of cubes and views, as clients of Cube read it?

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::datatypes::SchemaRef;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::members::{Cubes, Subject};
use super::told::Teller;
use super::{CubeError, Opened};
use crate::model::report;
use crate::warehouse::project::Settings;

/// Dimensions from coarse to fine, as one cube or view names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels {
    /// the hierarchy's name
    pub name: String,
    /// what it is called in the language asked for
    pub label: String,
    /// the names of its dimensions, without that of the cube
    pub levels: Vec<String>,
}

/// The hierarchies of a cube; of a view those of its cubes whose levels are all shared.
pub fn hierarchies(subject: Subject<'_>, language: &str) -> Vec<Levels> {
    let mut found: BTreeMap<String, Levels> = BTreeMap::new();
    for cube in subject.cubes() {
        let dimensions = &cube.file.head.dimensions;
        for (name, hierarchy) in &cube.file.head.hierarchies {
            let level = |level: &String| match subject.is_view() {
                true => dimensions.get(level).and_then(|dimension| dimension.shared.clone()),
                false => Some(level.clone()),
            };
            let Some(levels) = hierarchy.levels.iter().map(level).collect() else { continue };
            let said = hierarchy.label.as_ref().and_then(|label| label.text(language));
            let label = said.map_or_else(|| name.replace('_', " "), str::to_owned);
            let hierarchy = Levels { name: name.clone(), label, levels };
            found.entry(name.clone()).or_insert(hierarchy);
        }
    }
    found.into_values().collect()
}

/// A cube or view with the names of what can be asked of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// its name
    pub name: String,
    /// `cube` or `view`
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// what it is called in the language asked for
    pub label: String,
    /// what it measures
    pub description: String,
    /// the names of its measures, and of what is offered of them over time
    pub measures: BTreeSet<String>,
    /// the names of its dimensions
    pub dimensions: BTreeSet<String>,
    /// the names of its segments
    pub segments: BTreeSet<String>,
    /// the names of its hierarchies
    pub hierarchies: Vec<String>,
}

/// All cubes, and then the views across them.
pub fn list(cubes: &Cubes, language: &str) -> Vec<Listed> {
    let listed = |subject: Subject<'_>, label: String, description: String| Listed {
        name: subject.name().to_owned(),
        kind: if subject.is_view() { "view" } else { "cube" },
        label,
        description,
        measures: subject.measures(),
        dimensions: subject.dimensions(),
        segments: subject.segments(),
        hierarchies: hierarchies(subject, language).into_iter().map(|found| found.name).collect(),
    };
    let single = cubes.cubes().filter_map(|cube| {
        let label = report::label(&cube.file, language);
        let subject = cubes.subject(cube.name()).ok()?;
        Some(listed(subject, label, cube.file.head.description.clone()))
    });
    let views = cubes.views().filter_map(|(view, of)| {
        let names: Vec<&str> = of.iter().map(|cube| cube.name()).collect();
        let description = format!("across {}", names.join(", "));
        Some(listed(cubes.subject(view).ok()?, view.replace('_', " "), description))
    });
    single.chain(views).collect()
}

/// The answer to Cube's `/meta`: every cube and view with its members.
///
/// # Errors
/// When the release lacks what a cube reads.
pub async fn meta(opened: &Opened<'_>, language: &str) -> Result<Json, CubeError> {
    let mut columns = BTreeMap::new();
    for cube in opened.cubes.cubes() {
        columns.insert(cube.name().to_owned(), opened.columns(cube.name()).await?);
    }
    Ok(told(&opened.cubes, &columns, &opened.asker.project.settings, language))
}

fn told(
    cubes: &Cubes,
    columns: &BTreeMap<String, SchemaRef>,
    settings: &Settings,
    language: &str,
) -> Json {
    let teller = Teller { cubes, columns, settings, language };
    let names = cubes.cubes().map(|cube| cube.name().to_owned());
    let names = names.chain(cubes.views().map(|(view, _)| view.to_owned()));
    let subjects: Vec<Subject<'_>> =
        names.collect::<Vec<_>>().iter().filter_map(|name| cubes.subject(name).ok()).collect();
    let all: Vec<Json> = subjects.into_iter().map(|subject| teller.subject(subject)).collect();
    json!({ "cubes": all })
}

impl Teller<'_> {
    fn subject(&self, subject: Subject<'_>) -> Json {
        let dimensions = subject.dimensions();
        let members: Vec<String> =
            dimensions.iter().map(|name| format!("{}.{name}", subject.name())).collect();
        let mut measures = Vec::new();
        for name in subject.measures() {
            let Some(mut told) = self.measure(subject, &name) else { continue };
            told.insert("drillMembers".to_owned(), json!(members));
            let grouped = json!({ "measures": [], "dimensions": members });
            told.insert("drillMembersGrouped".to_owned(), grouped);
            measures.push(visible(told));
        }
        let dimensions: Vec<Json> = dimensions
            .iter()
            .filter_map(|name| self.dimension(subject, name))
            .map(|mut told| {
                told.insert("suggestFilterValues".to_owned(), true.into());
                visible(told)
            })
            .collect();
        let names = subject.segments();
        let segments: Vec<Json> =
            names.iter().filter_map(|name| self.segment(subject, name)).map(visible).collect();
        let description = subject.cubes().first().filter(|_| !subject.is_view()).map_or_else(
            || {
                let names: Vec<&str> = subject.cubes().iter().map(|cube| cube.name()).collect();
                format!("across {}", names.join(", "))
            },
            |cube| cube.file.head.description.clone(),
        );
        json!({
            "name": subject.name(),
            "type": if subject.is_view() { "view" } else { "cube" },
            "title": self.title(subject),
            "description": description,
            "isVisible": true,
            "public": true,
            "measures": measures,
            "dimensions": dimensions,
            "segments": segments,
            "hierarchies": self.hierarchies(subject),
            "folders": [],
        })
    }

    fn hierarchies(&self, subject: Subject<'_>) -> Vec<Json> {
        let told = |hierarchy: Levels| {
            let member = |name: &String| format!("{}.{name}", subject.name());
            json!({
                "name": member(&hierarchy.name),
                "title": hierarchy.label,
                "levels": hierarchy.levels.iter().map(member).collect::<Vec<_>>(),
                "public": true,
            })
        };
        hierarchies(subject, self.language).into_iter().map(told).collect()
    }
}

/// A member that everyone sees who sees its cube.
fn visible(mut told: Map<String, Json>) -> Json {
    let alias = told.get("name").and_then(Json::as_str).map(str::to_owned);
    told.extend(alias.map(|alias| ("aliasName".to_owned(), alias.into())));
    told.insert("isVisible".to_owned(), true.into());
    told.insert("public".to_owned(), true.into());
    Json::Object(told)
}
