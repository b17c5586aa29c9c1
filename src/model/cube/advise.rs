//! Which rollups would have been worth it, and which are never used?
//!
//! Every question that a cube's own query answered says what a rollup would need. Those that need
//! less are taken in by those that need more; a rollup is proposed whose rows, counted over the
//! release, are much fewer than the query's.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::prelude::SessionContext;

use super::error::CubeError;
use super::head::{MeasureKind, Rollup, RollupGranularity};
use super::log::{Asked, Line};
use super::rollup::{self, Columns};
use super::route::{Need, covers};
use super::section::{Edit, diff, section_of, toml_of};
use crate::engine::session::Limits;
use crate::model::files::ModelFile;
use crate::model::front_matter::Head;
use crate::model::given::{Moment, own_tables};
use crate::query::{self, Principal, QueryError};
use crate::warehouse::home::Home;
use crate::warehouse::project::Settings;
use crate::warehouse::release::Release;

/// A rollup is worth it when the query has so many times its rows.
const SAVING_MIN: u64 = 4;
/// At most so many rollups are proposed for a cube.
const PROPOSED_MAX: usize = 5;
/// A rollup is called unused when its cube was asked so often without it.
const QUESTIONS_MIN: usize = 20;

/// Where what is proposed is counted.
#[derive(Debug, Clone, Copy)]
pub struct Advisor<'a> {
    /// the warehouse
    pub home: &'a Home,
    /// the release whose rows are counted
    pub release: &'a Arc<Release>,
    /// on whose behalf
    pub principal: &'a Principal,
    /// what the session may use
    pub limits: &'a Limits,
    /// what the project says of itself
    pub settings: &'a Settings,
}

/// What would be better for a cube.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// the cube
    pub cube: String,
    /// rollups that would be worth it
    pub added: Vec<Added>,
    /// rollups that nothing was answered from
    pub removed: Vec<String>,
    /// both as a unified diff of the cube's file
    pub diff: String,
}

/// A rollup that would be worth it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// what it would be called
    pub name: String,
    /// how many of the questions it would have answered
    pub question_count: usize,
    /// rows of the cube's query
    pub base_rows: u64,
    /// rows that it would have
    pub rows: u64,
}

/// A rollup that some questions need.
#[derive(Debug, Clone)]
struct Candidate {
    rollup: Rollup,
    needs: Vec<Need>,
}

impl Advisor<'_> {
    /// What would be better for a cube, given what was asked of it; nothing where all is well.
    /// `kept` names columns of the query by which rows are chosen for some roles: every rollup
    /// tells its rows apart by one of each list.
    ///
    /// # Errors
    /// When rows cannot be counted.
    pub async fn advise(
        &self,
        cube: &ModelFile,
        lines: &[Line],
        kept: &[Vec<String>],
    ) -> Result<Option<Advice>, CubeError> {
        let name = cube.name.table();
        let of_cube = lines.iter().map(|line| &line.asked).filter(|asked| asked.cube == name);
        let asked: Vec<&Asked> = of_cube.collect();
        let removed = unused(cube, &asked);
        let mut candidates = candidates(&cube.head, &asked, kept);
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.needs.len()));
        let mut worth = Vec::new();
        if !candidates.is_empty() {
            let session = self.session()?;
            let base_rows = self.count(&session, cube, &rollup::count_all(cube.body())).await?;
            for candidate in candidates {
                let Ok(columns) = Columns::of(&cube.head, &candidate.rollup) else { continue };
                let rows = self.count(&session, cube, &columns.count(cube.body())).await?;
                if rows.saturating_mul(SAVING_MIN) <= base_rows {
                    worth.push((candidate, base_rows, rows));
                }
            }
        }
        worth.truncate(PROPOSED_MAX);
        advice(cube, worth, removed)
    }

    fn session(&self) -> Result<SessionContext, CubeError> {
        let moment = Moment { number: self.release.number, now: self.release.created_at };
        let own = own_tables(self.settings, moment).map_err(QueryError::Query)?;
        Ok(query::open_with(self.home, self.release, self.principal, self.limits, own)?)
    }

    async fn count(
        &self,
        session: &SessionContext,
        cube: &ModelFile,
        sql: &str,
    ) -> Result<u64, CubeError> {
        let failed = |cause| CubeError::Query { cube: cube.name.table().to_owned(), cause };
        let rows = session.sql(sql).await.map_err(failed)?.collect().await.map_err(failed)?;
        let numbers = rows.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>());
        Ok(numbers.flatten().map(|count| u64::try_from(count).unwrap_or(0)).sum())
    }
}

/// What is said of a cube; nothing where there is nothing to say.
fn advice(
    cube: &ModelFile,
    worth: Vec<(Candidate, u64, u64)>,
    removed: Vec<String>,
) -> Result<Option<Advice>, CubeError> {
    if worth.is_empty() && removed.is_empty() {
        return Ok(None);
    }
    let mut taken: BTreeSet<String> = cube.head.rollups.keys().cloned().collect();
    let mut edits: Vec<Edit> =
        removed.iter().filter_map(|name| section_of(&cube.text, name)).collect();
    let (mut added, mut sections) = (Vec::new(), Vec::new());
    for (candidate, base_rows, rows) in worth {
        let name = name_of(cube, &candidate.rollup, &taken)?;
        sections.extend(toml_of(&name, &candidate.rollup));
        taken.insert(name.clone());
        added.push(Added { name, question_count: candidate.needs.len(), base_rows, rows });
    }
    if !sections.is_empty() {
        edits.push(Edit::before_end(&cube.text, sections));
    }
    let diff = diff(&cube.place, &cube.text, &edits);
    Ok(Some(Advice { cube: cube.name.table().to_owned(), added, removed, diff }))
}

/// The rollups of a cube that nothing was answered from, where it was asked often enough to say.
fn unused(cube: &ModelFile, asked: &[&Asked]) -> Vec<String> {
    if asked.len() < QUESTIONS_MIN {
        return Vec::new();
    }
    let used: BTreeSet<&str> = asked.iter().map(|asked| asked.route.as_str()).collect();
    cube.head.rollups.keys().filter(|name| !used.contains(name.as_str())).cloned().collect()
}

/// What questions need that the cube's own query answered, the lesser needs within the greater.
fn candidates(head: &Head, asked: &[&Asked], kept: &[Vec<String>]) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = Vec::new();
    let by_base = asked.iter().filter(|asked| asked.route == "base");
    for need in by_base.map(|asked| asked.need()) {
        // Another question may have led to a rollup since.
        if head.rollups.values().any(|rollup| covers(&need, head, rollup).is_some()) {
            continue;
        }
        if let Some(known) = all.iter_mut().find(|known| known.needs.contains(&need)) {
            known.needs.push(need);
        } else if let Some(rollup) = wanted(head, &need, kept) {
            all.push(Candidate { rollup, needs: vec![need] });
        }
    }
    // Those that tell most apart take in the others.
    all.sort_by_key(|candidate| std::cmp::Reverse(candidate.rollup.dimensions.len()));
    let mut merged: Vec<Candidate> = Vec::new();
    for candidate in all {
        let fits = |known: &&mut Candidate| {
            let rollup = together(&known.rollup, &candidate.rollup);
            candidate.needs.iter().all(|need| covers(need, head, &rollup).is_some())
        };
        match merged.iter_mut().find(fits) {
            Some(known) => {
                known.rollup = together(&known.rollup, &candidate.rollup);
                known.needs.extend(candidate.needs);
            }
            None => merged.push(candidate),
        }
    }
    merged
}

/// A rollup with the measures of another one too.
fn together(rollup: &Rollup, other: &Rollup) -> Rollup {
    let mut measures = rollup.measures.clone();
    measures.extend(other.measures.iter().filter(|name| !rollup.measures.contains(name)).cloned());
    Rollup { measures, ..rollup.clone() }
}

/// The rollup of the fewest columns and the longest stretches that a need is answered from, if one
/// can be.
fn wanted(head: &Head, need: &Need, kept: &[Vec<String>]) -> Option<Rollup> {
    if need.is_ungrouped || need.measures.is_empty() {
        return None;
    }
    let of_column = |column: &String| {
        let is_it = |(name, known): &(&String, &super::head::Dimension)| {
            known.column.as_ref().unwrap_or(name) == column
        };
        head.dimensions.iter().find(is_it).map(|(name, _)| name.clone())
    };
    let mut dimensions = need.dimensions.clone();
    for segment in &need.segments {
        dimensions.insert(of_column(&head.segments.get(segment)?.column)?);
    }
    for name in &need.measures {
        if let MeasureKind::Distinct { column } = &head.measures.get(name)?.kind {
            dimensions.insert(of_column(column)?);
        }
    }
    for columns in kept {
        let has = |column: &String| {
            let mut named =
                dimensions.iter().filter_map(|name| head.dimensions.get_key_value(name));
            named.any(|(name, known)| known.column.as_ref().unwrap_or(name) == column)
        };
        if !columns.iter().any(has) {
            dimensions.insert(columns.iter().find_map(of_column)?);
        }
    }
    let other = |time: &&super::route::TimeNeed| head.time.as_ref() != Some(&time.dimension);
    dimensions.extend(need.times.iter().filter(other).map(|time| time.dimension.clone()));
    // The values of the cube's time itself are its days.
    if let Some(time) = &head.time {
        dimensions.remove(time);
    }
    let measures: Vec<String> = need.measures.iter().cloned().collect();
    let fiscal = fiscal(head, need).into_iter().filter_map(|column| of_column(&column));
    let with_fiscal: BTreeSet<String> = dimensions.iter().cloned().chain(fiscal).collect();
    let stretches = [
        None,
        Some(RollupGranularity::Year),
        Some(RollupGranularity::Quarter),
        Some(RollupGranularity::Month),
        Some(RollupGranularity::Week),
        Some(RollupGranularity::Day),
    ];
    let rollup = |dimensions: &BTreeSet<String>, granularity| Rollup {
        dimensions: dimensions.iter().cloned().collect(),
        granularity,
        measures: measures.clone(),
    };
    let each = |granularity| [rollup(&dimensions, granularity), rollup(&with_fiscal, granularity)];
    stretches.into_iter().flat_map(each).find(|rollup| covers(need, head, rollup).is_some())
}

/// The columns of the accounting calendar that a need names by its buckets.
fn fiscal(head: &Head, need: &Need) -> Vec<String> {
    let column = |time: &super::route::TimeNeed| {
        let fiscal = head.dimensions.get(&time.dimension)?.fiscal.as_ref()?;
        fiscal.column(time.granularity?).map(str::to_owned)
    };
    need.times.iter().filter_map(column).collect()
}

/// What a rollup is called: by its stretch and its dimensions, as far as there is room.
fn name_of(
    cube: &ModelFile,
    rollup: &Rollup,
    taken: &BTreeSet<String>,
) -> Result<String, CubeError> {
    let stretch = rollup.granularity.map(|granularity| format!("{granularity:?}").to_lowercase());
    let parts: Vec<&str> = stretch
        .as_deref()
        .into_iter()
        .chain(rollup.dimensions.iter().map(String::as_str))
        .collect();
    let full = format!("by_{}", parts.join("_"));
    let short = format!("by_{}_and_more", parts.first().copied().unwrap_or_default());
    let numbered = (2..).map(|number| format!("by_{number}_{}", parts.len()));
    let is_free = |name: &String| !taken.contains(name) && rollup::table(cube, name).is_ok();
    let mut names = [full, short].into_iter().chain(numbered.take(taken.len() + 2));
    names.find(is_free).ok_or_else(|| {
        let problem = format!("the name of `{}` leaves none for a rollup", cube.name);
        CubeError::Unfit { problem }
    })
}
