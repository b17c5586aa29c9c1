//! What does a request say, beside its address?

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method};
use url::form_urlencoded;

use super::media::{Media, preferred};
use super::problem::Problem;
use super::tag::Tag;

/// What stands before the name of a parameter that is also a word of ours.
const EXPLICIT: &str = "p.";

/// What a request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// what stands behind `?`
    pub words: Words,
    /// the types that are accepted
    pub accept: Option<String>,
    /// the tags of answers that are known already
    known: Vec<String>,
}

/// Names with their values, each of which is taken once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Words(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let accept = texts(&parts.headers, &ACCEPT);
        let is_safe = parts.method == Method::GET || parts.method == Method::HEAD;
        Ok(Self {
            words: Words(form_urlencoded::parse(query.as_bytes()).into_owned().collect()),
            accept: (!accept.is_empty()).then(|| accept.join(",")),
            known: if is_safe { texts(&parts.headers, &IF_NONE_MATCH) } else { Vec::new() },
        })
    }
}

fn texts(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter();
    values.filter_map(|value| value.to_str().ok().map(str::to_owned)).collect()
}

impl Asked {
    /// Refuses whoever does not take JSON.
    pub(super) fn takes_json(&self) -> Result<(), Problem> {
        preferred(self.accept.as_deref(), &[Media::Json]).map(|_| ())
    }

    /// Whether whoever asks has the answer already.
    pub(super) fn knows(&self, tag: &Tag) -> bool {
        let listed = self.known.iter().flat_map(|value| value.split(','));
        listed.map(str::trim).any(|known| known == "*" || tag.is(known))
    }
}

impl Words {
    /// The value of a name of ours, if it is given.
    pub(super) fn take(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let (found, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.0).into_iter().partition(|(known, _)| known == name);
        self.0 = rest;
        let mut found = found.into_iter().map(|(_, value)| value);
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(twice(name)),
            (value, None) => Ok(value),
        }
    }

    /// Refuses what was not taken.
    pub(super) fn end(self, known: &[&str]) -> Result<(), Problem> {
        let Some((name, _)) = self.0.first() else { return Ok(()) };
        let there_is = match known {
            [] => String::new(),
            known => format!("; there is `{}`", known.join("`, `")),
        };
        let detail = format!("`{name}` is nothing that can be said here{there_is}");
        Err(Problem::bad("unknown_parameter", detail))
    }

    /// All that was not taken, by name.
    pub(super) fn parameters(self) -> Result<BTreeMap<String, String>, Problem> {
        let mut parameters = BTreeMap::new();
        for (name, value) in self.0 {
            let name = name.strip_prefix(EXPLICIT).map(str::to_owned).unwrap_or(name);
            if parameters.contains_key(&name) {
                return Err(twice(&name));
            }
            parameters.insert(name, value);
        }
        Ok(parameters)
    }
}

fn twice(name: &str) -> Problem {
    Problem::bad("bad_parameter", format!("`{name}` is given twice; give one value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(query: &str) -> Words {
        Words(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    #[test]
    fn each_name_is_given_once() {
        let mut said = words("as_of=1&period=2026-01&p.as_of=2026-02-03&name=a%26b+c");
        assert_eq!(said.take("as_of"), Ok(Some("1".to_owned())));
        assert_eq!(said.take("lang"), Ok(None));
        let parameters = said.parameters().unwrap();
        let expected = [("as_of", "2026-02-03"), ("name", "a&b c"), ("period", "2026-01")];
        assert_eq!(parameters, expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
        assert!(words("lang=en&lang=de").take("lang").is_err());
        assert!(words("a=1&p.a=1").parameters().is_err());
        assert!(words("x=1").end(&["lang"]).is_err());
        assert!(words("").end(&["lang"]).is_ok());
    }
}
