//! How does a cube's file read with other rollups?

use std::fmt::Write;

use super::head::Rollup;

/// Lines of a diff before and after what changes.
const CONTEXT: usize = 3;
/// Columns that a line of a head fills.
const WIDTH: usize = 100;

/// A change of some lines of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// the first line that changes, from 0
    start: usize,
    /// how many lines go
    removed: usize,
    /// the lines that come
    added: Vec<String>,
}

impl Edit {
    /// Lines at the end of a head.
    pub(super) fn before_end(text: &str, added: Vec<String>) -> Self {
        let start = text.lines().position(|line| line.contains("---*/")).unwrap_or(0);
        Self { start, removed: 0, added }
    }
}

/// The removal of a rollup's section from a head; nothing where it is written otherwise.
pub(super) fn section_of(text: &str, rollup: &str) -> Option<Edit> {
    let lines: Vec<&str> = text.lines().collect();
    let begin = lines.iter().position(|line| line.trim() == format!("[rollups.{rollup}]"))?;
    let is_next = |line: &&str| is_section(line) || line.contains("---*/");
    let rest = lines.iter().skip(begin + 1).take_while(|line| !is_next(line)).count();
    // An empty line before the section goes with it.
    let is_alone = begin > 0 && lines.get(begin - 1).is_some_and(|line| line.trim().is_empty());
    let start = if is_alone { begin - 1 } else { begin };
    let mut end = begin + 1 + rest;
    while end > begin + 1 && lines.get(end - 1).is_some_and(|line| line.trim().is_empty()) {
        end -= 1;
    }
    Some(Edit { start, removed: end - start, added: Vec::new() })
}

/// Whether a line begins a section; lists that go over lines end with brackets of their own.
fn is_section(line: &str) -> bool {
    let line = line.trim();
    let name = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
    name.is_some_and(|name| !name.is_empty() && !name.starts_with(['"', ' ']))
}

/// A rollup as a head declares it, after an empty line.
pub(super) fn toml_of(name: &str, rollup: &Rollup) -> Vec<String> {
    let mut lines = vec![String::new(), format!("[rollups.{name}]")];
    lines.extend(list("dimensions", &rollup.dimensions));
    if let Some(granularity) = rollup.granularity {
        lines.push(format!("granularity = \"{}\"", format!("{granularity:?}").to_lowercase()));
    }
    lines.extend(list("measures", &rollup.measures));
    lines
}

/// A list of names, on several lines where one is too narrow.
fn list(key: &str, names: &[String]) -> Vec<String> {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let line = format!("{key} = [{}]", quoted.join(", "));
    if line.len() <= WIDTH {
        return vec![line];
    }
    let mut lines = vec![format!("{key} = [")];
    lines.extend(quoted.iter().map(|name| format!("    {name},")));
    lines.push("]".to_owned());
    lines
}

/// Edits of a file as a unified diff, which `git apply` takes.
pub(super) fn diff(place: &str, text: &str, edits: &[Edit]) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.start);
    let mut diff = format!("--- a/{place}\n+++ b/{place}\n");
    // How many lines more there are by the edits before.
    let mut grown: i64 = 0;
    let mut rest = edits.as_slice();
    while let Some(first) = rest.first() {
        let mut count = 1;
        let mut end = first.start + first.removed;
        while let Some(next) = rest.get(count).filter(|next| next.start <= end + 2 * CONTEXT) {
            end = next.start + next.removed;
            count += 1;
        }
        let (hunk, others) = rest.split_at(count);
        let begin = first.start.saturating_sub(CONTEXT);
        let until = (end + CONTEXT).min(lines.len());
        grown += hunk_of(&mut diff, &lines, hunk, (begin, until), grown);
        rest = others;
    }
    diff
}

/// Writes a hunk, and says how many lines more there are by it.
fn hunk_of(
    diff: &mut String,
    lines: &[&str],
    edits: &[&Edit],
    (begin, until): (usize, usize),
    grown: i64,
) -> i64 {
    let signed = |sign: char, from: usize, to: usize| {
        let part = lines.get(from..to).unwrap_or_default();
        part.iter().map(|line| format!("{sign}{line}\n")).collect::<String>()
    };
    let (mut body, mut at) = (String::new(), begin);
    let (mut removed, mut added) = (0, 0);
    for edit in edits {
        body += &signed(' ', at, edit.start);
        at = edit.start + edit.removed;
        body += &signed('-', edit.start, at);
        edit.added.iter().for_each(|line| {
            let _ = writeln!(body, "+{line}");
        });
        removed += edit.removed;
        added += edit.added.len();
    }
    body += &signed(' ', at, until);
    let before = until - begin;
    let _ = write!(
        diff,
        "@@ -{},{before} +{},{} @@\n{body}",
        begin + 1,
        number(begin + 1) + grown,
        before - removed + added
    );
    number(added) - number(removed)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "/*---\ndescription = \"x\"\n\n[rollups.one]\ndimensions = [\n    \"a\",\n\
                        ]\nmeasures = [\"m\"]\n\n[rollups.two]\nmeasures = [\"m\"]\n\
                        ---*/\nselect 1\n";

    #[test]
    fn a_section_goes_with_the_empty_line_before_it() {
        let edit = section_of(TEXT, "one").unwrap();
        assert_eq!((edit.start, edit.removed), (2, 6));
        let edit = section_of(TEXT, "two").unwrap();
        assert_eq!((edit.start, edit.removed), (8, 3));
        assert_eq!(section_of(TEXT, "three"), None);
    }

    #[test]
    fn edits_near_each_other_are_one_hunk() {
        let rollup = Rollup {
            dimensions: vec!["a".to_owned()],
            granularity: Some(super::super::head::RollupGranularity::Month),
            measures: vec!["m".to_owned()],
        };
        let added = Edit::before_end(TEXT, toml_of("new", &rollup));
        let edits = [added, section_of(TEXT, "one").unwrap()];
        let expected = "--- a/x.sql\n+++ b/x.sql\n@@ -1,13 +1,12 @@\n /*---\n \
                        description = \"x\"\n-\n-[rollups.one]\n-dimensions = [\n-    \"a\",\n-]\n\
                        -measures = [\"m\"]\n \n [rollups.two]\n measures = [\"m\"]\n+\n\
                        +[rollups.new]\n+dimensions = [\"a\"]\n+granularity = \"month\"\n\
                        +measures = [\"m\"]\n ---*/\n select 1\n";
        assert_eq!(diff("x.sql", TEXT, &edits), expected);
    }

    #[test]
    fn a_long_list_goes_over_lines() {
        let names: Vec<String> = (0..12).map(|number| format!("dimension_{number}")).collect();
        let lines = list("dimensions", &names);
        assert_eq!((lines.len(), lines[1].as_str()), (14, "    \"dimension_0\","));
    }
}
