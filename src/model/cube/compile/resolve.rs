//! What do the names of a question mean, and can they be asked together?

use std::collections::BTreeSet;

use super::size;
use crate::model::compile::similar;
use crate::model::cube::CubeError;
use crate::model::cube::granularity::Granularity;
use crate::model::cube::members::{Cube, Cubes, FoundMeasure, Subject};
use crate::model::cube::question::{DateRange, Direction, Filter, Question, TimeDimension};

/// A question whose names are found.
#[derive(Debug)]
pub(super) struct Resolved<'a> {
    /// what stands before the dot of every name
    pub subject: Subject<'a>,
    /// by what rows are told: dimensions, then times
    pub keys: Vec<Key>,
    /// the measures shown, then those that only filters name
    pub measures: Vec<FoundMeasure<'a>>,
    /// how many of them are shown
    pub shown: usize,
    /// the cubes that have them
    pub cubes: Vec<&'a Cube>,
    /// spans that rows must lie in, by the name of their time
    pub ranges: Vec<(String, DateRange)>,
    /// spans that are answered beside each other
    pub compare: Option<(String, Vec<DateRange>)>,
    /// the names of segments
    pub segments: Vec<String>,
    /// what must be true of rows, each with its place
    pub of_rows: Vec<(String, Filter)>,
    /// what must be true of measures, each with its place
    pub of_measures: Vec<(String, Filter)>,
    /// in which order: by a key or a measure
    pub order: Vec<(Ordered, Direction)>,
}

/// Something by which rows are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// the dimension's name in the subject
    pub name: String,
    /// the buckets into which it is cut; none for its very values
    pub granularity: Option<Granularity>,
}

/// What an answer is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ordered {
    /// the key of this place
    Key(usize),
    /// the measure of this place
    Measure(usize),
}

/// Finds the names of a question.
///
/// # Errors
/// When there is none of a name, or they cannot be asked together.
pub(super) fn resolve<'a>(
    cubes: &'a Cubes,
    question: &'a Question,
) -> Result<Resolved<'a>, CubeError> {
    size::check(question)?;
    let subject = subject(cubes, question)?;
    let finder = Finder { subject };
    let (keys, ranges, compare) = finder.keys(question)?;
    let mut measures = Vec::new();
    for member in &question.measures {
        finder.ask(member, &mut measures)?;
    }
    let shown = measures.len();
    let (mut of_rows, mut of_measures) = (Vec::new(), Vec::new());
    for (at, filter) in question.filters.iter().enumerate() {
        let place = format!("filters[{at}]");
        finder.sort_out(filter, place, &mut of_rows, &mut of_measures)?;
    }
    for member in of_measures.iter().flat_map(|(_, filter)| members(filter)) {
        finder.ask(member, &mut measures)?;
    }
    let mut segments = Vec::new();
    for member in &question.segments {
        let name = finder.segment(member)?;
        if !segments.contains(&name) {
            segments.push(name);
        }
    }
    let mut resolved = Resolved {
        subject,
        keys,
        measures,
        shown,
        cubes: Vec::new(),
        ranges,
        compare,
        segments,
        of_rows,
        of_measures,
        order: Vec::new(),
    };
    if resolved.keys.is_empty() && shown == 0 {
        let problem = "the question asks for no measure and no dimension; name one".to_owned();
        return Err(CubeError::Unfit { problem });
    }
    resolved.cubes = resolved.cubes_of(cubes)?;
    resolved.order = finder.order(question, &resolved)?;
    super::together::check(&resolved, question)?;
    Ok(resolved)
}

/// The members that a filter names.
pub(super) fn members(filter: &Filter) -> Vec<&str> {
    match filter {
        Filter::Member { member, .. } => vec![member],
        Filter::And(filters) | Filter::Or(filters) => filters.iter().flat_map(members).collect(),
    }
}

/// What stands behind the dot of a member's name.
pub(super) fn name_of(member: &str) -> &str {
    member.split_once('.').map_or(member, |(_, name)| name)
}

/// The one cube or view that all names of a question begin with.
fn subject<'a>(cubes: &'a Cubes, question: &'a Question) -> Result<Subject<'a>, CubeError> {
    let listed = question.measures.iter().chain(&question.dimensions).chain(&question.segments);
    let times = question.time_dimensions.iter().map(|time| &time.dimension);
    let ordered = question.order.iter().map(|(member, _)| member);
    let filtered = question.filters.iter().flat_map(members);
    let all = listed.chain(times).map(String::as_str).chain(filtered);
    let mut first: Option<(&str, Subject)> = None;
    for member in all.chain(ordered.map(String::as_str)) {
        let Some((prefix, _)) = member.split_once('.') else {
            let names: Vec<&str> = cubes.cubes().map(Cube::name).collect();
            let problem = format!(
                "`{member}` is no member; write `cube.member`, where the cube is one of {}, or \
                 a view",
                names.join(", ")
            );
            return Err(CubeError::Unfit { problem });
        };
        match first {
            None => first = Some((member, cubes.subject(prefix)?)),
            Some((_, subject)) if subject.name() == prefix => {}
            Some((other, subject)) => {
                cubes.subject(prefix)?;
                return Err(apart(cubes, (other, subject.name()), (member, prefix)));
            }
        }
    }
    let nothing = || CubeError::Unfit { problem: "the question names no member".to_owned() };
    first.map(|(_, subject)| subject).ok_or_else(nothing)
}

/// Members of two cubes, or of a cube and a view.
fn apart(cubes: &Cubes, one: (&str, &str), other: (&str, &str)) -> CubeError {
    let has = |known: &[&Cube], name: &str| known.iter().any(|cube| cube.name() == name);
    let is_of_both = |known: &Vec<&Cube>| has(known, one.1) && has(known, other.1);
    let views: Vec<String> = cubes
        .views()
        .filter(|(_, known)| is_of_both(known))
        .map(|(view, _)| format!("`{view}`"))
        .collect();
    let remedy = match views.is_empty() {
        true => "ask each by itself".to_owned(),
        false => format!("ask both of the view {}, which knows them", views.join(" or ")),
    };
    let problem = format!(
        "`{}` and `{}` are not of one cube, and rows of two cubes joined would count twice; \
         {remedy}",
        one.0, other.0
    );
    CubeError::Unfit { problem }
}

struct Finder<'a> {
    subject: Subject<'a>,
}

type Keys = (Vec<Key>, Vec<(String, DateRange)>, Option<(String, Vec<DateRange>)>);

impl<'a> Finder<'a> {
    fn unknown(&self, what: &'static str, member: &str, known: &BTreeSet<String>) -> CubeError {
        let wanted = name_of(member);
        let prefix = self.subject.name();
        let other = [
            ("measure", "measures", self.subject.measures()),
            ("dimension", "dimensions", self.subject.dimensions()),
            ("segment", "segments", self.subject.segments()),
        ];
        let elsewhere =
            other.iter().find(|(kind, _, names)| *kind != what && names.contains(wanted));
        let hint = match elsewhere {
            Some((kind, field, _)) => format!("; it is a {kind}: ask it under `{field}`"),
            None => {
                let near = similar(wanted, known.iter());
                match near.strip_prefix("; is `") {
                    Some(rest) => format!("; is `{prefix}.{rest}"),
                    None if known.is_empty() => format!("; `{prefix}` has none"),
                    None => {
                        let names: Vec<&str> = known.iter().map(String::as_str).collect();
                        format!("; `{prefix}` has {}", names.join(", "))
                    }
                }
            }
        };
        CubeError::Unknown { what, wanted: member.to_owned(), hint }
    }

    /// Adds a measure to those asked, once.
    fn ask(&self, member: &str, measures: &mut Vec<FoundMeasure<'a>>) -> Result<(), CubeError> {
        let wanted = name_of(member);
        let found = self.subject.measure(wanted);
        let unknown = || self.unknown("measure", member, &self.subject.measures());
        let found = found.ok_or_else(unknown)?;
        if !measures.iter().any(|known| known.is(&found)) {
            measures.push(found);
        }
        Ok(())
    }

    fn dimension(&self, member: &str) -> Result<String, CubeError> {
        let wanted = name_of(member);
        if self.subject.dimension(wanted).is_empty() {
            return Err(self.unknown("dimension", member, &self.subject.dimensions()));
        }
        Ok(wanted.to_owned())
    }

    fn segment(&self, member: &str) -> Result<String, CubeError> {
        let wanted = name_of(member);
        if self.subject.segment(wanted).is_empty() {
            return Err(self.unknown("segment", member, &self.subject.segments()));
        }
        Ok(wanted.to_owned())
    }

    /// A member that may end with a granularity, as `cube.time.month`.
    fn key(&self, member: &str) -> Result<Key, CubeError> {
        let cut = name_of(member).rsplit_once('.');
        let cut = cut.and_then(|(name, word)| Some((name, word.parse::<Granularity>().ok()?)));
        match cut {
            Some((name, granularity)) => {
                let name = self.dimension(&format!("{}.{name}", self.subject.name()))?;
                Ok(Key { name, granularity: Some(granularity) })
            }
            None => Ok(Key { name: self.dimension(member)?, granularity: None }),
        }
    }

    /// By what rows are told, and the spans in which they lie.
    fn keys(&self, question: &Question) -> Result<Keys, CubeError> {
        let (mut keys, mut times): (Vec<Key>, Vec<Key>) = (Vec::new(), Vec::new());
        let (mut ranges, mut compare) = (Vec::new(), None);
        let add = |key: Key, keys: &mut Vec<Key>| {
            if !keys.contains(&key) {
                keys.push(key);
            }
        };
        for member in &question.dimensions {
            let key = self.key(member)?;
            let is_cut = key.granularity.is_some();
            add(key, if is_cut { &mut times } else { &mut keys });
        }
        for (at, time) in question.time_dimensions.iter().enumerate() {
            let TimeDimension { dimension, granularity, date_range, compare: spans } = time;
            let name = self.dimension(dimension)?;
            if granularity.is_some() {
                add(Key { name: name.clone(), granularity: *granularity }, &mut times);
            }
            ranges.extend(date_range.clone().map(|range| (name.clone(), range)));
            if spans.is_empty() {
                continue;
            }
            if compare.is_some() {
                return Err(CubeError::Question {
                    place: format!("timeDimensions[{at}].compareDateRange"),
                    problem: "spans of one time are compared, not of two".to_owned(),
                });
            }
            compare = Some((name, spans.clone()));
        }
        keys.extend(times);
        Ok((keys, ranges, compare))
    }

    /// Whether each filter is of rows or of measures. Those that must all be true are looked at
    /// one by one; within a group only one sort makes sense, since measures are known after rows.
    fn sort_out(
        &self,
        filter: &Filter,
        place: String,
        of_rows: &mut Vec<(String, Filter)>,
        of_measures: &mut Vec<(String, Filter)>,
    ) -> Result<(), CubeError> {
        let mut kinds = [None, None];
        for member in members(filter) {
            let is_measure = self.subject.measure(name_of(member)).is_some();
            if !is_measure && self.subject.dimension(name_of(member)).is_empty() {
                let mut known = self.subject.measures();
                known.extend(self.subject.dimensions());
                return Err(self.unknown("measure or dimension", member, &known));
            }
            kinds[usize::from(is_measure)].get_or_insert(member);
        }
        match kinds {
            [Some(dimension), Some(measure)] => {
                let problem = format!(
                    "`{dimension}` is a dimension and `{measure}` a measure, which cannot be in \
                     one `and` or `or`: measures are filtered after rows are summed up; write \
                     them as two filters of the question, which must both be true"
                );
                Err(CubeError::Question { place, problem })
            }
            [_, Some(_)] => {
                of_measures.push((place, filter.clone()));
                Ok(())
            }
            _ => {
                of_rows.push((place, filter.clone()));
                Ok(())
            }
        }
    }

    /// In which order rows come.
    fn order(
        &self,
        question: &Question,
        resolved: &Resolved,
    ) -> Result<Vec<(Ordered, Direction)>, CubeError> {
        let mut order = Vec::new();
        for (at, (member, direction)) in question.order.iter().enumerate() {
            let shown = resolved.measures.iter().take(resolved.shown);
            let measure = self
                .subject
                .measure(name_of(member))
                .and_then(|found| shown.clone().position(|known| known.is(&found)));
            let key = || -> Result<Option<usize>, CubeError> {
                let key = self.key(member)?;
                let is_it = |known: &Key| {
                    known.name == key.name
                        && (key.granularity.is_none() || known.granularity == key.granularity)
                };
                Ok(resolved.keys.iter().position(is_it))
            };
            let found = match measure {
                Some(measure) => Some(Ordered::Measure(measure)),
                None if self.subject.measure(name_of(member)).is_some() => None,
                None => key()?.map(Ordered::Key),
            };
            let Some(found) = found else {
                return Err(CubeError::Question {
                    place: format!("order[{at}]"),
                    problem: format!("`{member}` is not asked; ask it too, or order otherwise"),
                });
            };
            if !order.iter().any(|(known, _)| *known == found) {
                order.push((found, *direction));
            }
        }
        if order.is_empty() && !question.subtotals && !question.ungrouped {
            let time = resolved.keys.iter().position(|key| key.granularity.is_some());
            order.extend(match time {
                Some(at) => Some((Ordered::Key(at), Direction::Ascending)),
                None if resolved.shown > 0 => Some((Ordered::Measure(0), Direction::Descending)),
                None => Some((Ordered::Key(0), Direction::Ascending)),
            });
        }
        Ok(order)
    }
}

impl<'a> Resolved<'a> {
    /// The cubes that have the measures asked; of a view without measures, those that know
    /// everything asked of it.
    fn cubes_of(&self, all: &'a Cubes) -> Result<Vec<&'a Cube>, CubeError> {
        let names: BTreeSet<&str> = self.measures.iter().map(|asked| asked.cube.name()).collect();
        let known: Vec<&Cube> = self.subject.cubes();
        if names.is_empty() {
            let fits = |cube: &&Cube| self.lacking(cube).is_none();
            let fitting: Vec<&Cube> = known.into_iter().filter(fits).collect();
            if fitting.is_empty() {
                let problem = format!(
                    "no cube of `{}` knows all of what is asked; ask fewer dimensions",
                    self.subject.name()
                );
                return Err(CubeError::Unfit { problem });
            }
            return Ok(fitting);
        }
        for cube in known.iter().filter(|cube| names.contains(cube.name())) {
            if let Some(lacking) = self.lacking(cube) {
                return Err(self.unshared(cube, &lacking));
            }
        }
        Ok(names.into_iter().filter_map(|name| all.cube(name)).collect())
    }

    /// The dimensions that are asked or filtered by, with their names in the subject.
    fn dimensions(&self) -> BTreeSet<&str> {
        let keys = self.keys.iter().map(|key| key.name.as_str());
        let ranges = self.ranges.iter().map(|(name, _)| name.as_str());
        let compared = self.compare.iter().map(|(name, _)| name.as_str());
        let filtered = self.of_rows.iter().flat_map(|(_, filter)| members(filter)).map(name_of);
        keys.chain(ranges).chain(compared).chain(filtered).collect()
    }

    /// A dimension or segment asked that a cube does not have.
    fn lacking(&self, cube: &Cube) -> Option<String> {
        let has_dimension = |name: &&str| self.own_name(cube, name).is_some();
        let has_segment = |name: &&String| cube.file.head.segments.contains_key(*name);
        let dimension = self.dimensions().into_iter().find(|name| !has_dimension(name));
        let segment = || self.segments.iter().find(|name| !has_segment(name)).map(String::as_str);
        dimension.or_else(segment).map(str::to_owned)
    }

    /// What a cube calls a dimension of the subject.
    pub(super) fn own_name(&self, cube: &Cube, name: &str) -> Option<&'a str> {
        let found = self.subject.dimension(name).into_iter();
        found.filter(|found| found.cube.name() == cube.name()).map(|found| found.name).next()
    }

    /// A measure whose cube does not know a dimension or segment that is asked.
    fn unshared(&self, cube: &Cube, lacking: &str) -> CubeError {
        let prefix = self.subject.name();
        let of_cube = |asked: &&FoundMeasure| asked.cube.name() == cube.name();
        let measure = self.measures.iter().find(of_cube).map_or("", |asked| asked.name);
        let mut having: Vec<&str> =
            self.subject.dimension(lacking).iter().map(|found| found.cube.name()).collect();
        having.extend(self.subject.segment(lacking).iter().map(|(cube, ..)| cube.name()));
        let problem = format!(
            "`{prefix}.{measure}` comes from the cube `{}`, which does not know \
             `{prefix}.{lacking}`; leave one of both out, or ask `{prefix}.{lacking}` with \
             measures of {}",
            cube.name(),
            having.join(", ")
        );
        CubeError::Unfit { problem }
    }
}
