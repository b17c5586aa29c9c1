//! How do pieces become the rows of an answer?
//!
//! Pieces have the same keys. Each brings its own groups; together they are all groups that any of
//! them has, keys that hold nothing included, and a measure that has no rows in a group holds
//! nothing there. Ratios are computed last, from their parts at each level.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::error::Result as QueryResult;
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::functions_aggregate::expr_fn::max;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast, ident, lit};

use super::Opened;
use super::pieces::{Part, Piece, part_name, pieces};
use super::resolve::{Resolved, name_of};
use super::run::computed;
use super::share::{Share, key_name};
use crate::functions::quotient::quotient;
use crate::model::cube::CubeError;
use crate::model::cube::Used;
use crate::model::cube::filter::{self, Conditions, Held};
use crate::model::cube::head::MeasureKind;
use crate::model::cube::time::{Clock, Span};

/// The column that says by how many keys a row is told.
pub(super) const LEVEL: &str = "__level";
/// So many pieces are computed at once; a dashboard's questions have fewer.
const AT_ONCE: usize = 3;
/// The decimals of a ratio.
pub(super) const RATIO_SCALE: i8 = 6;

/// The name of the column that holds a part of the answer's total.
fn whole_name(at: usize) -> String {
    format!("__whole_{at}")
}

/// The name of the column that holds a measure.
pub(super) fn measured(at: usize) -> String {
    format!("__measure_{at}")
}

/// How a measure is told from parts.
#[derive(Debug, Clone, Copy)]
enum Told {
    Part(usize),
    Ratio(usize, usize),
    /// of a part in the same part of the answer's total
    Share(usize),
}

/// The groups of an answer.
pub(super) struct United {
    /// the plan: a column for each key and each measure, and the level
    pub plan: LogicalPlan,
    /// what was needed of each cube, and what answered
    pub uses: Vec<Used>,
    /// the pieces that are computed already
    pub computed: Computed,
}

/// What was computed before the plan of an answer is run.
#[derive(Debug, Default)]
pub(super) struct Computed {
    /// the rows of the files that were opened for it
    pub rows_scanned: u64,
    /// the memory that it takes until the answer is there
    pub held: Vec<MemoryReservation>,
}

/// A question with everything that it is answered by.
pub(super) struct Answering<'q> {
    /// the release
    pub opened: &'q Opened<'q>,
    /// the question
    pub resolved: &'q Resolved<'q>,
    /// today, and the zone of days
    pub clock: &'q Clock<'q>,
    /// the spans in which rows must lie, by the name of their time
    pub spans: &'q [(String, Span)],
    /// whether it is to be answered, not only explained
    pub is_run: bool,
}

impl<'q> Answering<'q> {
    /// The groups of an answer, with those of every level where `has_totals`.
    ///
    /// # Errors
    /// When the cubes do not hold what is asked.
    pub(super) async fn united(&self, has_totals: bool) -> Result<United, CubeError> {
        let (parts, told) = self.parts()?;
        let depth = self.resolved.keys.len();
        let least = if has_totals { 0 } else { depth };
        let has_shares = told.iter().any(|told| matches!(told, Told::Share(_)));
        // What is only divided by is the last level, and is not shown.
        let hidden = (has_shares && least > 0).then_some(0);
        let depths = (least..=depth).rev().chain(hidden);
        let (mut levels, uses) = self.pieces_of(depths, &parts).await?;
        let computed = self.in_turn(&mut levels).await?;
        let whole = levels.last().filter(|_| has_shares).map(|(_, found)| found.clone());
        let whole = whole.map(|found| whole_of(found, &told, parts.len())).transpose();
        let whole = whole.map_err(|cause| self.failed(cause))?;
        if hidden.is_some() {
            levels.pop();
        }
        let mut plan: Option<LogicalPlan> = None;
        for (depth, found) in levels {
            let level = together(found, depth, parts.len())
                .and_then(|level| beside(level, whole.as_ref()))
                .and_then(|level| self.level(level, &told, depth, plan.as_ref()))
                .map_err(|cause| self.failed(cause))?;
            plan = Some(match plan {
                None => level,
                Some(finer) => LogicalPlanBuilder::from(finer)
                    .union(level)
                    .and_then(LogicalPlanBuilder::build)
                    .map_err(|cause| self.failed(cause))?,
            });
        }
        let nothing = || CubeError::Unfit { problem: "the question asks for nothing".to_owned() };
        let plan = self.filtered(plan.ok_or_else(nothing)?)?;
        Ok(United { plan, uses, computed })
    }

    /// The pieces of each level, and what was needed for them.
    async fn pieces_of(
        &self,
        depths: impl Iterator<Item = usize>,
        parts: &[Part<'q>],
    ) -> Result<(Vec<(usize, Vec<Piece>)>, Vec<Used>), CubeError> {
        let (mut levels, mut uses) = (Vec::new(), Vec::new());
        for depth in depths {
            let mut found = Vec::new();
            for cube in &self.resolved.cubes {
                let of_cube = |(_, part): &(usize, &Part)| part.cube.name() == cube.name();
                let own: Vec<(usize, Part)> = parts
                    .iter()
                    .enumerate()
                    .filter(of_cube)
                    .map(|(at, part)| (at, *part))
                    .collect();
                let share = self.share(cube, depth);
                for piece in pieces(&share, &own).await? {
                    let route = piece.route.name().to_owned();
                    let (cube, need) = (cube.name().to_owned(), piece.need.clone());
                    uses.push(Used { cube, need, route });
                    found.push(piece);
                }
            }
            levels.push((depth, found));
        }
        Ok((levels, uses))
    }

    /// Computes pieces one after the other where there are many: each runs a cube's query again,
    /// and all at once they would share the memory among hundreds of operators.
    async fn in_turn(&self, levels: &mut [(usize, Vec<Piece>)]) -> Result<Computed, CubeError> {
        let count: usize = levels.iter().map(|(_, pieces)| pieces.len()).sum();
        let mut all = Computed::default();
        if !self.is_run || count <= AT_ONCE {
            return Ok(all);
        }
        for piece in levels.iter_mut().flat_map(|(_, pieces)| pieces) {
            let computed = computed(self.opened.session(), &piece.plan, &mut all).await;
            piece.plan = computed.map_err(|cause| self.failed(cause))?;
        }
        Ok(all)
    }

    /// The share of a cube at a level.
    pub(super) fn share(
        &self,
        cube: &'q crate::model::cube::members::Cube,
        depth: usize,
    ) -> Share<'q> {
        let Self { opened, resolved, clock, spans, .. } = *self;
        Share { opened, resolved, cube, clock, spans, depth }
    }

    /// A mistake of the engine about the question as a whole.
    pub(super) fn failed(&self, cause: DataFusionError) -> CubeError {
        let cube = self.resolved.subject.name().to_owned();
        match cause.find_root() {
            DataFusionError::ResourcesExhausted(_) => CubeError::Memory { cube, cause },
            _ => CubeError::Query { cube, cause },
        }
    }

    /// The parts that the measures are told from.
    fn parts(&self) -> Result<(Vec<Part<'q>>, Vec<Told>), CubeError> {
        let mut known: BTreeMap<_, usize> = BTreeMap::new();
        let mut parts: Vec<Part> = Vec::new();
        let mut told = Vec::new();
        for asked in &self.resolved.measures {
            let mut place = |name: &'q str| -> Result<usize, CubeError> {
                let unfit = || CubeError::File {
                    place: asked.cube.file.place.clone(),
                    problem: format!("the ratio `{}` names no measure `{name}`", asked.name),
                };
                let measure = asked.cube.file.head.measures.get(name).ok_or_else(unfit)?;
                let wanted = (asked.cube.name(), name, asked.variant);
                Ok(*known.entry(wanted).or_insert_with(|| {
                    let (cube, variant) = (asked.cube, asked.variant);
                    parts.push(Part { cube, name, kind: &measure.kind, variant });
                    parts.len() - 1
                }))
            };
            told.push(match &asked.measure.kind {
                MeasureKind::Ratio { numerator, denominator } => {
                    Told::Ratio(place(numerator)?, place(denominator)?)
                }
                _ if asked.is_share => Told::Share(place(asked.name)?),
                _ => Told::Part(place(asked.name)?),
            });
        }
        Ok((parts, told))
    }

    /// The measures at one level; keys that are totalled over hold nothing, in the types that
    /// they have at the finest level.
    fn level(
        &self,
        parts: LogicalPlan,
        told: &[Told],
        depth: usize,
        finest: Option<&LogicalPlan>,
    ) -> QueryResult<LogicalPlan> {
        let mut columns = Vec::new();
        for at in 0..self.resolved.keys.len() {
            let name = key_name(at);
            let value = match finest {
                Some(finest) if at >= depth => nothing(kind_of(finest, &name)?)?,
                _ => ident(&name),
            };
            columns.push(value.alias(name));
        }
        for (at, told) in told.iter().enumerate() {
            let value = match told {
                Told::Part(part) => ident(part_name(*part)),
                Told::Ratio(above, below) => {
                    quotient(ident(part_name(*above)), ident(part_name(*below)), RATIO_SCALE)
                }
                Told::Share(part) => {
                    quotient(ident(part_name(*part)), ident(whole_name(*part)), RATIO_SCALE)
                }
            };
            columns.push(value.alias(measured(at)));
        }
        columns.push(lit(i64::try_from(depth).unwrap_or(i64::MAX)).alias(LEVEL));
        LogicalPlanBuilder::from(parts).project(columns)?.build()
    }

    /// The groups whose measures are as the filters ask.
    pub(super) fn filtered(&self, plan: LogicalPlan) -> Result<LogicalPlan, CubeError> {
        let find = |member: &str| {
            let measure = self.resolved.subject.measure(name_of(member));
            let at = measure.and_then(|measure| {
                self.resolved.measures.iter().position(|known| known.is(&measure))
            });
            let name = measured(at.unwrap_or(usize::MAX));
            let kind = kind_of(&plan, &name).map_err(|cause| self.failed(cause))?;
            Ok(Held { value: ident(name), kind })
        };
        let conditions = Conditions { find: &find, clock: self.clock };
        let mut all = Vec::new();
        for (place, filter) in &self.resolved.of_measures {
            all.push(conditions.condition(filter, place)?);
        }
        let Some(condition) = filter::balanced(all, Expr::and) else { return Ok(plan) };
        LogicalPlanBuilder::from(plan)
            .filter(condition)
            .and_then(LogicalPlanBuilder::build)
            .map_err(|cause| self.failed(cause))
    }
}

/// The type of a column.
fn kind_of(plan: &LogicalPlan, name: &str) -> QueryResult<DataType> {
    Ok(plan.schema().field_with_unqualified_name(name)?.data_type().clone())
}

/// No value of a type.
fn nothing(kind: DataType) -> QueryResult<Expr> {
    Ok(cast(lit(ScalarValue::try_from(&kind)?), kind))
}

/// The one row of the answer's total, with the parts of which shares are told.
fn whole_of(total: Vec<Piece>, told: &[Told], parts: usize) -> QueryResult<LogicalPlan> {
    let shared: BTreeSet<usize> = told
        .iter()
        .filter_map(|told| match told {
            Told::Share(part) => Some(*part),
            _ => None,
        })
        .collect();
    let columns = shared.into_iter().map(|at| ident(part_name(at)).alias(whole_name(at)));
    let columns: Vec<Expr> = columns.collect();
    LogicalPlanBuilder::from(together(total, 0, parts)?).project(columns)?.build()
}

/// Rows with those of the total beside each.
fn beside(rows: LogicalPlan, whole: Option<&LogicalPlan>) -> QueryResult<LogicalPlan> {
    match whole {
        Some(whole) => LogicalPlanBuilder::from(rows).cross_join(whole.clone())?.build(),
        None => Ok(rows),
    }
}

/// The groups of all pieces of one level.
fn together(pieces: Vec<Piece>, depth: usize, parts: usize) -> QueryResult<LogicalPlan> {
    let keys: Vec<Expr> = (0..depth).map(|at| ident(key_name(at))).collect();
    let mut kinds: BTreeMap<usize, DataType> = BTreeMap::new();
    for piece in &pieces {
        for at in &piece.parts {
            kinds.insert(*at, kind_of(&piece.plan, &part_name(*at))?);
        }
    }
    let is_one = pieces.len() == 1;
    let mut all: Option<LogicalPlanBuilder> = None;
    for piece in pieces {
        if is_one {
            return Ok(piece.plan);
        }
        let mut columns = keys.clone();
        for (at, kind) in &kinds {
            let name = part_name(*at);
            columns.push(match piece.parts.contains(at) {
                true => ident(&name),
                false => nothing(kind.clone())?.alias(&name),
            });
        }
        let own = LogicalPlanBuilder::from(piece.plan).project(columns)?.build()?;
        all = Some(match all {
            None => LogicalPlanBuilder::from(own),
            Some(others) => others.union(own)?,
        });
    }
    let missing = || DataFusionError::Internal("no piece answers the question".to_owned());
    let all = all.ok_or_else(missing)?;
    let call = |at: usize| {
        let name = part_name(at);
        max(ident(&name)).alias(name)
    };
    let calls: Vec<Expr> = (0..parts).map(call).collect();
    all.aggregate(keys, calls)?.build()
}
