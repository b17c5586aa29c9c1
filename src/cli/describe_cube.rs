//! What may be asked of a cube, in words?

use super::describe::wrapped;
use crate::model::dictionary::Cube;

/// Spaces before what is said of a member.
const INDENT: &str = "      ";

/// What a cube offers, section by section.
pub(super) fn lines(cube: &Cube) -> Vec<String> {
    let mut lines = vec!["\nmeasures".to_owned()];
    for measure in &cube.measures {
        let (name, additivity, total) = (&measure.name, measure.additivity, measure.total);
        lines.push(format!("  {name}  {additivity}; a total of it is its {total}"));
        lines.extend(wrapped(INDENT, &measure.description));
        let unit = measure.unit.as_ref().map(|unit| format!("; unit {unit}")).unwrap_or_default();
        lines.extend(wrapped(INDENT, &format!("{}{unit}", measure.rule)));
        if !measure.over_time.is_empty() {
            let offered = measure.over_time.join(", ");
            lines.extend(wrapped(INDENT, &format!("offered as {name}__..: {offered}")));
        }
    }
    lines.push("\ndimensions".to_owned());
    for dimension in &cube.dimensions {
        let is_time = cube.time.as_ref() == Some(&dimension.name);
        lines.push(format!("  {}{}", dimension.name, if is_time { "  time" } else { "" }));
        lines.extend(wrapped(INDENT, &dimension.description));
        if is_time && !cube.systems.is_empty() {
            let systems: Vec<&str> = cube.systems.iter().map(String::as_str).collect();
            let said = format!(
                "its days come from {}; `today` is the last day that all of them reach",
                systems.join(", ")
            );
            lines.extend(wrapped(INDENT, &said));
        }
        let shared = dimension.shared.as_ref().filter(|_| !cube.views.is_empty());
        if let Some(shared) = shared {
            let views = cube.views.join(", ");
            lines.extend(wrapped(INDENT, &format!("`{shared}` in the views {views}")));
        }
    }
    if !cube.hierarchies.is_empty() {
        lines.push("\nhierarchies".to_owned());
    }
    for hierarchy in &cube.hierarchies {
        lines.push(format!("  {}", hierarchy.name));
        lines.extend(wrapped(INDENT, &hierarchy.levels.join(" > ")));
    }
    if !cube.segments.is_empty() {
        lines.push("\nsegments".to_owned());
    }
    for segment in &cube.segments {
        lines.push(format!("  {}", segment.name));
        lines.extend(wrapped(INDENT, &segment.description));
    }
    if !cube.rollups.is_empty() {
        lines.push("\nrollups".to_owned());
    }
    for rollup in &cube.rollups {
        let how = if rollup.is_by_month { "built month by month" } else { "built as a whole" };
        lines.push(format!("  {}  {}, {how}", rollup.name, rollup.table));
        lines.extend(wrapped(INDENT, &format!("by {}", rollup.by.join(", "))));
        lines.extend(wrapped(INDENT, &format!("holds {}", rollup.measures.join(", "))));
    }
    lines
}
