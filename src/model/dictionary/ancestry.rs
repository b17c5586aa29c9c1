//! Which steps lead from a column of a departmental system to a column of a table?

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Dictionary, Source, source_of};
use crate::model::graph::PREVIOUS;
use crate::warehouse::name::TableName;

/// A column with the columns that its values are made of, down to the sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ancestry {
    /// the table
    pub table: TableName,
    /// its column
    pub column: String,
    /// its type, as contracts write it
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// what it means; null where nobody said so
    pub description: Option<String>,
    /// how it comes about
    pub step: Step,
    /// what it is in a departmental system, where it is loaded from one
    pub source: Option<Source>,
    /// the columns that it is made of
    pub made_of: Vec<Self>,
}

/// How a column comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// loaded from a departmental system
    Loaded,
    /// provided by the project's settings, or entered by people
    Provided,
    /// added by the engine
    Added,
    /// passed on as it is
    PassedOn,
    /// made of others
    Computed,
    /// the table's own value in the release before
    Remembered,
    /// without values, as the department is not connected
    NotConnected,
    /// told further up in the same tree
    Repeated,
}

impl Dictionary<'_> {
    /// The steps that lead to a column; what is reached twice is told once.
    pub fn ancestry(&self, table: &TableName, column: &str) -> Ancestry {
        self.steps(table, column, &mut BTreeSet::new())
    }

    /// The steps that lead to every column of a table.
    pub fn ancestries(&self, table: &TableName) -> Vec<Ancestry> {
        let columns = self.columns(table);
        let fields = columns.iter().flat_map(|columns| columns.fields().iter());
        fields.map(|field| self.ancestry(table, field.name())).collect()
    }

    /// The departmental systems from which the days of a cube's rows come; none of a cube without
    /// a time, and of days that come from no system.
    pub fn systems_of_time(&self, cube: &TableName) -> BTreeSet<String> {
        let head = self.models.by_name.get(cube).map(|model| &model.file.head);
        let Some((head, time)) = head.and_then(|head| Some((head, head.time.as_ref()?))) else {
            return BTreeSet::new();
        };
        let declared = head.dimensions.get(time).and_then(|known| known.column.as_ref());
        let mut left = vec![(cube.clone(), declared.unwrap_or(time).clone())];
        let (mut systems, mut seen) = (BTreeSet::new(), BTreeSet::new());
        while let Some(place) = left.pop() {
            if let Some(contract) = self.contracts.get(&place.0) {
                systems.insert(contract.system.clone());
                continue;
            }
            let origin = self.origin(&place.0, &place.1);
            let above = origin.into_iter().flat_map(|origin| origin.columns.iter().cloned());
            let above: Vec<(TableName, String)> = above.collect();
            if seen.insert(place) {
                left.extend(above);
            }
        }
        systems
    }

    fn steps(
        &self,
        table: &TableName,
        column: &str,
        told: &mut BTreeSet<(TableName, String)>,
    ) -> Ancestry {
        let mut found = Ancestry {
            table: table.clone(),
            column: column.to_owned(),
            kind: self.kind(table, column),
            description: self.described(table, column).map(|(text, _)| text),
            step: Step::Added,
            source: None,
            made_of: Vec::new(),
        };
        if table.schema() == PREVIOUS {
            found.step = Step::Remembered;
            return found;
        }
        if let Some(contract) = self.contracts.get(table) {
            found.source = Some(source_of(contract, Some(column)));
            if contract.column(column).is_some() {
                found.step = Step::Loaded;
            }
            return found;
        }
        let Some(model) = self.models.by_name.get(table) else {
            found.step = Step::Provided;
            return found;
        };
        if !model.is_connected {
            found.step = Step::NotConnected;
            return found;
        }
        let Some(origin) = self.origin(table, column) else { return found };
        if !origin.columns.is_empty() && !told.insert((table.clone(), column.to_owned())) {
            found.step = Step::Repeated;
            return found;
        }
        found.step = if origin.is_passed_on { Step::PassedOn } else { Step::Computed };
        found.made_of =
            origin.columns.iter().map(|(table, column)| self.steps(table, column, told)).collect();
        found
    }
}
