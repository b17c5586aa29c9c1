//! Does every key of an object of JSON stand there once?

use std::collections::BTreeSet;
use std::fmt::{Formatter, Result as Written};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Any JSON, at whatever depth, in which no object has a key twice: whoever keeps only the last of
/// two filters answers another question than the one that was asked.
pub(super) struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Self;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> Written {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            entries.next_value::<Self>()?;
            if let Some(key) = keys.replace(key) {
                return Err(Error::custom(format_args!("`{key}` stands twice")));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        serde_json::from_str::<Once>(text).err().map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn a_key_stands_once_in_its_object() {
        let once = r#"{"a": [{"b": 1}, {"b": null}], "b": {"a": {"a": [true, 1.5, -1, "a"]}}}"#;
        assert_eq!(told(once), "");
        assert_eq!(told(r#"{"a": 1, "b": 2, "a": 3}"#), "`a` stands twice at line 1 column 24");
        // A key is what it means, however it is spelled.
        assert!(told(r#"[{"b": {"a": [], "\u0061": {}}}]"#).starts_with("`a` stands twice at"));
    }
}
