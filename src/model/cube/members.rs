//! What does each name in a question mean?

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::error::CubeError;
use super::head::{Dimension, Fiscal, Measure, SHARE, Segment};
use super::shared::Shared;
use super::variant::Variant;
use crate::model::compile::similar;
use crate::model::files::{self, Layer, ModelFile};
use crate::model::values::Values;

/// What stands between a measure and what is offered of it over time.
const OVER: &str = "__";

/// All cubes of a project with the views across them.
#[derive(Debug, Clone, Default)]
pub struct Cubes {
    cubes: BTreeMap<String, Cube>,
    views: BTreeMap<String, BTreeSet<String>>,
    /// what values of columns are called
    pub values: Values,
    /// what is said of dimensions for all cubes
    pub shared: Shared,
}

/// A cube.
#[derive(Debug, Clone)]
pub struct Cube {
    /// its file, whose head declares its members
    pub file: ModelFile,
}

/// A cube or a view: what stands before the dot of a member's name.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    name: &'a str,
    is_view: bool,
    all: &'a Cubes,
}

/// A measure found.
#[derive(Debug, Clone, Copy)]
pub struct FoundMeasure<'a> {
    /// the cube that has it
    pub cube: &'a Cube,
    /// its name in the cube
    pub name: &'a str,
    /// how it is computed
    pub measure: &'a Measure,
    /// what is offered of it over time
    pub variant: Option<Variant>,
    /// whether its share of the answer's total is meant
    pub is_share: bool,
}

/// A dimension as one cube has it.
#[derive(Debug, Clone, Copy)]
pub struct FoundDimension<'a> {
    /// the cube
    pub cube: &'a Cube,
    /// its name in the cube
    pub name: &'a str,
    /// what the head says
    pub dimension: &'a Dimension,
}

impl FoundMeasure<'_> {
    /// Whether it is the same as another one.
    pub fn is(&self, other: &FoundMeasure) -> bool {
        self.cube.name() == other.cube.name()
            && self.name == other.name
            && self.variant == other.variant
            && self.is_share == other.is_share
    }

    /// Its name with that of what is offered of it.
    pub fn full_name(&self) -> String {
        match self.variant {
            Some(variant) => format!("{}{OVER}{variant}", self.name),
            None if self.is_share => format!("{}{OVER}{SHARE}", self.name),
            None => self.name.to_owned(),
        }
    }
}

impl Cube {
    /// Its name.
    pub fn name(&self) -> &str {
        self.file.name.table()
    }

    /// The column of its query that holds a dimension.
    pub fn column_of<'a>(&'a self, dimension: &'a str) -> &'a str {
        let declared = self.file.head.dimensions.get(dimension);
        declared.and_then(|declared| declared.column.as_deref()).unwrap_or(dimension)
    }

    /// The dimensions that hold a row's own day or accounting period; none without a time.
    pub fn dimensions_of_time(&self) -> impl Iterator<Item = &str> {
        let dimensions = &self.file.head.dimensions;
        let time = self.file.head.time.as_deref();
        let declared = time.and_then(|time| dimensions.get(time));
        let fiscal = declared.and_then(|declared| declared.fiscal.as_ref());
        let is_of_it = move |name: &&str| {
            let is_period = |fiscal: &Fiscal| fiscal.has(self.column_of(name));
            Some(*name) == time || fiscal.is_some_and(is_period)
        };
        dimensions.keys().map(String::as_str).filter(is_of_it)
    }
}

impl Cubes {
    /// The cubes of a project; files that cannot be read are left to `patron check`.
    ///
    /// # Errors
    /// When a folder, warehouse/values.toml or sql/cubes/dimensions.toml cannot be read.
    pub fn read(root: &Path) -> Result<Self, CubeError> {
        let (files, _) = files::read_all(root)?;
        let (values, shared) = (Values::read(root)?, Shared::read(root)?);
        Ok(Self { values, shared, ..Self::of(files) })
    }

    /// The cubes among some files.
    pub fn of(files: Vec<ModelFile>) -> Self {
        let mut all = Self::default();
        for file in files.into_iter().filter(|file| file.layer == Layer::Cubes) {
            let name = file.name.table().to_owned();
            for view in &file.head.views {
                all.views.entry(view.clone()).or_default().insert(name.clone());
            }
            all.cubes.insert(name, Cube { file });
        }
        all
    }

    /// Leaves out cubes, and views of which no cube is left.
    pub fn retain(&mut self, is_kept: impl Fn(&Cube) -> bool) {
        self.cubes.retain(|_, cube| is_kept(cube));
        for names in self.views.values_mut() {
            names.retain(|name| self.cubes.contains_key(name));
        }
        self.views.retain(|_, names| !names.is_empty());
    }

    /// All cubes in the order of their names.
    pub fn cubes(&self) -> impl Iterator<Item = &Cube> {
        self.cubes.values()
    }

    /// The cube of a name.
    pub fn cube(&self, name: &str) -> Option<&Cube> {
        self.cubes.get(name)
    }

    /// All views in the order of their names, each with its cubes.
    pub fn views(&self) -> impl Iterator<Item = (&str, Vec<&Cube>)> {
        let cubes = |names: &BTreeSet<String>| {
            names.iter().filter_map(|name| self.cubes.get(name)).collect::<Vec<_>>()
        };
        self.views.iter().map(move |(view, names)| (view.as_str(), cubes(names)))
    }

    /// The cube or view of a name.
    ///
    /// # Errors
    /// When there is none, with the name that was perhaps meant.
    pub fn subject<'a>(&'a self, wanted: &str) -> Result<Subject<'a>, CubeError> {
        if let Some((name, _)) = self.cubes.get_key_value(wanted) {
            return Ok(Subject { name, is_view: false, all: self });
        }
        if let Some((name, _)) = self.views.get_key_value(wanted) {
            return Ok(Subject { name, is_view: true, all: self });
        }
        let names = || self.cubes.keys().chain(self.views.keys());
        let near = similar(wanted, names());
        let known: Vec<&str> = names().map(String::as_str).collect();
        let hint = match (near.is_empty(), known.is_empty()) {
            (false, _) => near,
            (true, false) => format!("; there are {}", known.join(", ")),
            (true, true) => "; the project has no file under sql/cubes".to_owned(),
        };
        Err(CubeError::Unknown { what: "cube or view", wanted: wanted.to_owned(), hint })
    }
}

impl<'a> Subject<'a> {
    /// Its name.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Whether it is a view across cubes.
    pub fn is_view(&self) -> bool {
        self.is_view
    }

    /// The cubes that answer for it.
    pub fn cubes(&self) -> Vec<&'a Cube> {
        let all = self.all;
        match all.views.get(self.name).filter(|_| self.is_view) {
            Some(names) => names.iter().filter_map(|name| all.cubes.get(name)).collect(),
            None => all.cubes.get(self.name).into_iter().collect(),
        }
    }

    /// The measure of a name, which in a view only one cube has.
    pub fn measure(&self, wanted: &str) -> Option<FoundMeasure<'a>> {
        let found = |cube: &'a Cube| {
            let measures = &cube.file.head.measures;
            let found = |name, measure| FoundMeasure {
                cube,
                name,
                measure,
                variant: None,
                is_share: false,
            };
            if let Some((name, measure)) = measures.get_key_value(wanted) {
                return Some(found(name, measure));
            }
            let (name, over) = wanted.rsplit_once(OVER)?;
            let (name, measure) = measures.get_key_value(name)?;
            let found = found(name, measure);
            if over == SHARE {
                return measure.has_share.then_some(FoundMeasure { is_share: true, ..found });
            }
            let variant = measure.over_time.iter().find(|variant| variant.to_string() == over)?;
            Some(FoundMeasure { variant: Some(*variant), ..found })
        };
        self.cubes().into_iter().find_map(found)
    }

    /// A dimension as each cube has it that has it.
    pub fn dimension(&self, wanted: &str) -> Vec<FoundDimension<'a>> {
        let mut all = Vec::new();
        for cube in self.cubes() {
            let dimensions = &cube.file.head.dimensions;
            let found = match self.is_view {
                true => dimensions
                    .iter()
                    .find(|(_, dimension)| dimension.shared.as_deref() == Some(wanted)),
                false => dimensions.get_key_value(wanted),
            };
            let found = found.map(|(name, dimension)| FoundDimension { cube, name, dimension });
            all.extend(found);
        }
        all
    }

    /// A segment as each cube has it that has it.
    pub fn segment(&self, wanted: &str) -> Vec<(&'a Cube, &'a str, &'a Segment)> {
        let found = |cube: &'a Cube| {
            let (name, segment) = cube.file.head.segments.get_key_value(wanted)?;
            Some((cube, name.as_str(), segment))
        };
        self.cubes().into_iter().filter_map(found).collect()
    }

    /// The names of its measures, with those of what is offered of each.
    pub fn measures(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for cube in self.cubes() {
            for (name, measure) in &cube.file.head.measures {
                names.insert(name.clone());
                let offered = measure.offered().into_iter();
                names.extend(offered.map(|other| format!("{name}{OVER}{other}")));
            }
        }
        names
    }

    /// The names of its dimensions.
    pub fn dimensions(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for cube in self.cubes() {
            for (name, dimension) in &cube.file.head.dimensions {
                names.extend(match self.is_view {
                    true => dimension.shared.clone(),
                    false => Some(name.clone()),
                });
            }
        }
        names
    }

    /// The names of its segments.
    pub fn segments(&self) -> BTreeSet<String> {
        let cubes = self.cubes().into_iter();
        cubes.flat_map(|cube| cube.file.head.segments.keys().cloned()).collect()
    }
}
