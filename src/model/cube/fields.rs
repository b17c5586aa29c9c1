//! How are the fields of a question's JSON read, each mistake told with its place?

use std::str::FromStr;

use serde_json::{Map, Value as Json};

use super::CubeError;
use crate::model::compile::similar;

/// The elements of a list, none where it is absent.
pub(super) fn each<T>(
    all: &Map<String, Json>,
    place: &str,
    key: &str,
    read: impl Fn(&Json, &str) -> Result<T, CubeError>,
) -> Result<Vec<T>, CubeError> {
    let place = join(place, key);
    match all.get(key) {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::Array(list)) => {
            let element = |(index, json): (usize, &Json)| read(json, &format!("{place}[{index}]"));
            list.iter().enumerate().map(element).collect()
        }
        Some(other) => Err(wrong(place, format!("is {}; write a list", kind(other)))),
    }
}

/// What a key holds; nothing where it is absent.
pub(super) fn optional<T>(
    all: &Map<String, Json>,
    place: &str,
    key: &str,
    read: impl Fn(&Json, &str) -> Result<T, CubeError>,
) -> Result<Option<T>, CubeError> {
    match all.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(json) => read(json, &join(place, key)).map(Some),
    }
}

/// What a key must hold.
pub(super) fn required<T>(
    all: &Map<String, Json>,
    place: &str,
    key: &str,
    read: impl Fn(&Json, &str) -> Result<T, CubeError>,
) -> Result<T, CubeError> {
    let missing = || wrong(place, format!("lacks `{key}`"));
    optional(all, place, key, read)?.ok_or_else(missing)
}

/// A text.
pub(super) fn text(json: &Json, place: &str) -> Result<String, CubeError> {
    let text = json.as_str().map(str::to_owned);
    text.ok_or_else(|| wrong(place, format!("is {}; write a text", kind(json))))
}

/// One of the words of a type.
pub(super) fn word<T: FromStr<Err = String>>(json: &Json, place: &str) -> Result<T, CubeError> {
    text(json, place)?.parse().map_err(|problem: String| wrong(place, problem))
}

/// A whole number; nothing where it is absent.
pub(super) fn number(all: &Map<String, Json>, key: &str) -> Result<Option<u64>, CubeError> {
    optional(all, "", key, |json, place| {
        let wanted = || wrong(place, format!("is {}; write a whole number from 0", kind(json)));
        json.as_u64().ok_or_else(wanted)
    })
}

/// A truth; false where it is absent.
pub(super) fn boolean(all: &Map<String, Json>, key: &str) -> Result<bool, CubeError> {
    let read = |json: &Json, place: &str| {
        json.as_bool()
            .ok_or_else(|| wrong(place, format!("is {}; write true or false", kind(json))))
    };
    optional(all, "", key, read).map(|value| value.unwrap_or(false))
}

/// An object whose keys are known.
pub(super) fn object<'a>(
    json: &'a Json,
    place: &str,
    keys: &[&str],
) -> Result<&'a Map<String, Json>, CubeError> {
    let Json::Object(all) = json else {
        let problem = format!("is {}; write an object with {}", kind(json), keys.join(", "));
        return Err(wrong(place, problem));
    };
    if let Some(unknown) = all.keys().find(|key| !keys.contains(&key.as_str())) {
        let place = if place == "JSON" { unknown.clone() } else { join(place, unknown) };
        let hint = similar(unknown, keys.iter());
        let problem = format!("is no key here{hint}; there are {}", keys.join(", "));
        return Err(wrong(place, problem));
    }
    Ok(all)
}

/// What kind of JSON something is, for messages.
pub(super) fn kind(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => format!("`{value}`"),
        Json::Number(value) => format!("the number {value}"),
        Json::String(_) => "a text".to_owned(),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}

/// The place of a key.
pub(super) fn join(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}

/// A mistake at a place.
pub(super) fn wrong(place: impl Into<String>, problem: impl Into<String>) -> CubeError {
    CubeError::Question { place: place.into(), problem: problem.into() }
}
