//! Can the members of a question be told together?
//!
//! What cannot is refused here with the reason and with what would work, before anything is
//! planned.

use super::resolve::{Key, Resolved, members, name_of};
use crate::model::cube::CubeError;
use crate::model::cube::granularity::Granularity;
use crate::model::cube::head::MeasureKind;
use crate::model::cube::members::{Cube, FoundMeasure};
use crate::model::cube::question::Question;

/// Refuses members that cannot be told together.
///
/// # Errors
/// When there are such.
pub(super) fn check(resolved: &Resolved, question: &Question) -> Result<(), CubeError> {
    let told = |problem: Option<String>| match problem {
        Some(problem) => Err(CubeError::Unfit { problem }),
        None => Ok(()),
    };
    told(subtotals(resolved, question))?;
    told(ungrouped(resolved, question))?;
    for asked in &resolved.measures {
        told(over_time(resolved, asked))?;
    }
    told(buckets(resolved))
}

/// What is wrong with totals of every level.
fn subtotals(resolved: &Resolved, question: &Question) -> Option<String> {
    if !question.subtotals {
        return None;
    }
    if question.ungrouped {
        return Some("single rows have no totals; leave out `subtotals` or `ungrouped`".to_owned());
    }
    if resolved.shown == 0 {
        return Some("`subtotals` are of measures; ask for one".to_owned());
    }
    if let Some((place, _)) = resolved.of_measures.first() {
        return Some(format!(
            "`{place}` filters by a measure, so that totals would not be those of the rows shown; \
             leave out the filter or `subtotals`"
        ));
    }
    let varied = resolved.measures.iter().find(|asked| asked.variant.is_some())?;
    Some(format!(
        "`{}` is told by a bucket of time, which totals over time do not have; leave out \
         `subtotals`, or ask it once for each level",
        varied.full_name()
    ))
}

/// What is wrong with single rows.
fn ungrouped(resolved: &Resolved, question: &Question) -> Option<String> {
    if !question.ungrouped {
        return None;
    }
    if resolved.cubes.len() > 1 {
        let names: Vec<&str> = resolved.cubes.iter().map(|cube| cube.name()).collect();
        return Some(format!(
            "single rows are those of one cube, but the measures come from {}; ask those of one",
            names.join(", ")
        ));
    }
    let is_of_groups = |asked: &&FoundMeasure| asked.variant.is_some() || asked.is_share;
    if let Some(varied) = resolved.measures.iter().find(is_of_groups) {
        return Some(format!(
            "`{}` is a measure of groups, not of single rows; ask `{}`, or leave out `ungrouped`",
            varied.full_name(),
            varied.name
        ));
    }
    let is_level = |asked: &&FoundMeasure| has_level(asked);
    let level = resolved.measures.iter().find(is_level)?;
    (resolved.measures.len() > 1).then(|| {
        format!(
            "the rows behind `{}` are the levels that hold in a bucket, which are not those of \
             other measures; ask it alone",
            level.name
        )
    })
}

/// Whether a measure rests on levels.
pub(in crate::model::cube) fn has_level(asked: &FoundMeasure) -> bool {
    let is_level = |kind: &MeasureKind| matches!(kind, MeasureKind::Level { .. });
    let measures = &asked.cube.file.head.measures;
    let part = |name: &String| measures.get(name).is_some_and(|part| is_level(&part.kind));
    match &asked.measure.kind {
        MeasureKind::Ratio { numerator, denominator } => part(numerator) || part(denominator),
        kind => is_level(kind),
    }
}

/// What is wrong with a measure that is told along the cube's time.
fn over_time(resolved: &Resolved, asked: &FoundMeasure) -> Option<String> {
    let is_level = has_level(asked);
    if !is_level && asked.variant.is_none() {
        return None;
    }
    let (name, cube) = (asked.full_name(), asked.cube.name());
    let Some(time) = &asked.cube.file.head.time else {
        return Some(format!(
            "`{name}` is told along the time of the cube `{cube}`, whose head names none; add \
             `time` to {}",
            asked.cube.file.place
        ));
    };
    let is_time = |wanted: &str| resolved.own_name(asked.cube, wanted) == Some(time.as_str());
    let prefix = resolved.subject.name();
    let cut: Vec<&Key> = resolved
        .keys
        .iter()
        .filter(|key| key.granularity.is_some() && is_time(&key.name))
        .collect();
    if let [one, other, ..] = cut.as_slice() {
        return Some(format!(
            "`{name}` is told by one granularity at a time, not by `{}` and `{}`",
            word(one),
            word(other)
        ));
    }
    if asked.variant.is_some() && cut.is_empty() {
        return Some(format!(
            "`{name}` compares buckets of time; give the time dimension of `{prefix}` that is \
             `{time}` in `{cube}` a granularity"
        ));
    }
    by_its_rows(resolved, asked, time)
}

/// What is wrong where rows are told apart or chosen by their own day or accounting period, though
/// the measure rests on rows of other days too.
fn by_its_rows(resolved: &Resolved, asked: &FoundMeasure, time: &str) -> Option<String> {
    let (name, prefix) = (asked.full_name(), resolved.subject.name());
    let of_time: Vec<&str> = asked.cube.dimensions_of_time().collect();
    let is_of_time = |wanted: &str| {
        resolved.own_name(asked.cube, wanted).is_some_and(|own| of_time.contains(&own))
    };
    let raw = resolved.keys.iter().find(|key| key.granularity.is_none() && is_of_time(&key.name));
    if let Some(raw) = raw {
        return Some(format!(
            "`{name}` is told by buckets of time, not by `{}` of single rows; ask the dimension \
             of `{prefix}` that is `{time}` in `{}` under `timeDimensions` with a granularity, \
             such as `day` or `fiscal_period`",
            raw.name,
            asked.cube.name()
        ));
    }
    let filtered = resolved.of_rows.iter().find_map(|(place, filter)| {
        let found = members(filter).into_iter().find(|member| is_of_time(name_of(member)))?;
        Some((place, found))
    });
    filtered.map(|(place, member)| {
        format!(
            "`{place}` filters by `{member}`, but `{name}` is told along that time and rests on \
             rows before it too; give the span as `dateRange` of `timeDimensions`"
        )
    })
}

fn word(key: &Key) -> String {
    key.granularity.map_or_else(|| key.name.clone(), |granularity| granularity.to_string())
}

/// What is wrong with the buckets into which times are cut.
fn buckets(resolved: &Resolved) -> Option<String> {
    for key in &resolved.keys {
        let Some(granularity) = key.granularity else { continue };
        for cube in &resolved.cubes {
            let problem = bucket(resolved, cube, key, granularity);
            if problem.is_some() {
                return problem;
            }
        }
    }
    None
}

fn bucket(resolved: &Resolved, cube: &Cube, key: &Key, granularity: Granularity) -> Option<String> {
    let own = resolved.own_name(cube, &key.name)?;
    let declared = cube.file.head.dimensions.get(own)?;
    (granularity.is_fiscal() && declared.fiscal.is_none()).then(|| {
        format!(
            "`{}.{}` is not told by `{granularity}`, since the head of the cube `{}` does not say \
             `fiscal` of it; ask by `month`, `quarter` or `year`",
            resolved.subject.name(),
            key.name,
            cube.name()
        )
    })
}
