//! In which encoding does a client want its answer? As the ending of the address says, or else what
//! it prefers of `Accept` (RFC 9110, 12.5.1).

use axum::http::StatusCode;

use super::problem::Problem;
use crate::engine::encode::Encoding;

/// An encoding of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// one document with everything
    Json,
    /// rows alone
    Csv,
    /// a workbook
    Xlsx,
    /// an Arrow IPC stream
    Arrow,
    /// one file
    Parquet,
}

impl Media {
    /// All of them; of those that a client likes as much, the first.
    pub(super) const ALL: [Self; 5] =
        [Self::Json, Self::Csv, Self::Xlsx, Self::Arrow, Self::Parquet];

    /// Its type without parameters.
    pub(super) fn essence(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Arrow => "application/vnd.apache.arrow.stream",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// Its type as answers name it.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            other => other.essence(),
        }
    }

    /// The ending of files and addresses.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
        }
    }

    /// How rows are written.
    pub(super) fn encoding(self) -> Encoding {
        match self {
            Self::Json => Encoding::Json,
            Self::Csv => Encoding::Csv,
            Self::Xlsx => Encoding::Xlsx,
            Self::Arrow => Encoding::Arrow,
            Self::Parquet => Encoding::Parquet,
        }
    }

    /// The encoding of a name.
    pub(super) fn called(name: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|media| media.ending() == name);
        found.ok_or_else(|| {
            let known = Self::ALL.map(Self::ending).join(", ");
            let detail = format!("`{name}` names no encoding; there are {known}");
            Problem::bad("unknown_encoding", detail)
        })
    }

    /// A name without its ending, and the encoding that the ending or `Accept` names.
    pub(super) fn of<'n>(name: &'n str, accept: Option<&str>) -> Result<(&'n str, Self), Problem> {
        let Some((stem, ending)) = name.rsplit_once('.') else {
            return Ok((name, preferred(accept, &Self::ALL)?));
        };
        let found = Self::ALL.into_iter().find(|media| media.ending() == ending);
        let unknown = || {
            let known = Self::ALL.map(Self::ending).join(", ");
            let detail = format!("`.{ending}` names no encoding; there are {known}");
            Problem::new(StatusCode::NOT_FOUND, "unknown_encoding", detail)
        };
        found.map(|media| (stem, media)).ok_or_else(unknown)
    }
}

/// The encoding that a client likes best of those that there are.
pub(super) fn preferred(accept: Option<&str>, offered: &[Media]) -> Result<Media, Problem> {
    let ranges: Vec<Range<'_>> = match accept {
        Some(text) => text.split(',').filter_map(Range::read).collect(),
        None => Vec::new(),
    };
    let mut best: Option<(u16, Media)> = None;
    for media in offered {
        let liked = if ranges.is_empty() { 1000 } else { liking(&ranges, *media) };
        if liked > best.map_or(0, |(most, _)| most) {
            best = Some((liked, *media));
        }
    }
    let none = || {
        let offered: Vec<&str> = offered.iter().map(|media| media.essence()).collect();
        let detail = format!("`Accept` takes none of {}", offered.join(", "));
        Problem::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", detail)
    };
    best.map(|(_, media)| media).ok_or_else(none)
}

/// A range of types, and how much it is liked, in thousandths.
struct Range<'t> {
    kind: &'t str,
    inner: &'t str,
    liking: u16,
}

impl<'t> Range<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, inner) = parts.next()?.split_once('/')?;
        let quality = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
        });
        Some(Self { kind, inner, liking: quality.map_or(1000, thousandths) })
    }

    /// How closely it means a type; nothing where it does not.
    fn closeness(&self, media: Media) -> Option<u8> {
        let (kind, inner) = media.essence().split_once('/')?;
        let has_kind = self.kind.eq_ignore_ascii_case(kind);
        match (self.kind, self.inner) {
            ("*", "*") => Some(0),
            (_, "*") if has_kind => Some(1),
            (_, wanted) if has_kind && wanted.eq_ignore_ascii_case(inner) => Some(2),
            _ => None,
        }
    }
}

/// How much the range that means a type most closely likes it.
fn liking(ranges: &[Range<'_>], media: Media) -> u16 {
    let meant = ranges.iter().filter_map(|range| Some((range.closeness(media)?, range.liking)));
    meant.max_by_key(|(closeness, _)| *closeness).map_or(0, |(_, liking)| liking)
}

/// A quality of at most three decimals; one that is none counts as whole.
fn thousandths(text: &str) -> u16 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    match (whole, format!("{rest:0<3}").parse::<u16>()) {
        ("0", Ok(part @ 0..=999)) if rest.len() <= 3 => part,
        _ => 1000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_liked_encoding_is_chosen() {
        let cases = [
            (None, Some(Media::Json)),
            (Some("*/*"), Some(Media::Json)),
            (Some("text/csv"), Some(Media::Csv)),
            (Some("text/html, application/xhtml+xml, */*;q=0.8"), Some(Media::Json)),
            (Some("application/json;q=0.5, text/csv;q=0.9"), Some(Media::Csv)),
            (Some("application/*;q=0.2, text/*"), Some(Media::Csv)),
            (Some("*/*, application/json;q=0"), Some(Media::Csv)),
            (Some("Text/CSV; header=present ; Q=0.001"), Some(Media::Csv)),
            (Some("application/vnd.apache.parquet"), Some(Media::Parquet)),
            (Some("text/html"), None),
            (Some("application/json;q=0.000"), None),
        ];
        for (accept, expected) in cases {
            assert_eq!(preferred(accept, &Media::ALL).ok(), expected, "{accept:?}");
        }
        assert_eq!(preferred(Some("text/csv"), &[Media::Json]).ok(), None);
    }

    #[test]
    fn an_ending_goes_before_what_is_accepted() {
        let of = |name| Media::of(name, Some("text/csv")).ok();
        assert_eq!(of("stock"), Some(("stock", Media::Csv)));
        assert_eq!(of("stock.xlsx"), Some(("stock", Media::Xlsx)));
        assert_eq!(of("stock.exe"), None);
    }
}
