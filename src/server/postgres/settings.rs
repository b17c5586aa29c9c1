//! Which settings has a session, and what may they be?

use std::collections::BTreeMap;

use super::fault::Fault;
use crate::query::catalogue::path::{FIRST, SEARCH_PATH};

/// The version that is told. Drivers read its number to know which catalogue they will find and
/// which statements they may send; what is there follows PostgreSQL 15.
pub(super) const VERSION: &str = "15.0 (Patron 0.1)";

/// Under this name a session asks an older release.
pub(super) const AS_OF: &str = "patron.as_of";
/// Under this name it is told which one it sees.
pub(super) const RELEASE: &str = "patron.release";

/// Characters of a value that a client sets.
const VALUE_MAX: usize = 1_000;

/// Settings that clients read or set, with what they are at first.
const KNOWN: [(&str, &str); 28] = [
    ("application_name", ""),
    ("bytea_output", "hex"),
    ("client_encoding", "UTF8"),
    ("client_min_messages", "notice"),
    ("datestyle", "ISO, MDY"),
    ("default_transaction_deferrable", "off"),
    ("default_transaction_isolation", "repeatable read"),
    ("default_transaction_read_only", "on"),
    ("extra_float_digits", "1"),
    ("idle_in_transaction_session_timeout", "0"),
    ("in_hot_standby", "off"),
    ("integer_datetimes", "on"),
    ("intervalstyle", "postgres"),
    ("is_superuser", "off"),
    ("jit", "off"),
    ("lock_timeout", "0"),
    ("max_identifier_length", "63"),
    (SEARCH_PATH, FIRST),
    ("server_encoding", "UTF8"),
    ("server_version", VERSION),
    ("server_version_num", "150000"),
    ("session_authorization", ""),
    ("standard_conforming_strings", "on"),
    ("statement_timeout", "0"),
    ("timezone", "UTC"),
    ("transaction_isolation", "repeatable read"),
    ("transaction_read_only", "on"),
    ("lc_collate", "C"),
];

/// Those that are what they are.
const FIXED: [&str; 10] = [
    "in_hot_standby",
    "integer_datetimes",
    "is_superuser",
    "max_identifier_length",
    "server_encoding",
    "server_version",
    "server_version_num",
    "session_authorization",
    "lc_collate",
    RELEASE,
];

/// Those whose value a client is told whenever it changes, as PostgreSQL spells them.
const TOLD: [&str; 13] = [
    "application_name",
    "client_encoding",
    "DateStyle",
    "default_transaction_read_only",
    "in_hot_standby",
    "integer_datetimes",
    "IntervalStyle",
    "is_superuser",
    "server_encoding",
    "server_version",
    "session_authorization",
    "standard_conforming_strings",
    "TimeZone",
];

/// The settings of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    first: BTreeMap<String, String>,
    now: BTreeMap<String, String>,
}

impl Settings {
    /// Those of a new session.
    pub(super) fn new(user: &str) -> Self {
        let known = KNOWN.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut first: BTreeMap<String, String> = known.collect();
        first.insert("session_authorization".to_owned(), user.to_owned());
        first.insert(AS_OF.to_owned(), String::new());
        Self { now: first.clone(), first }
    }

    /// What the client said when it began counts as it was at first.
    pub(super) fn begin(&mut self) {
        self.first.clone_from(&self.now);
    }

    /// All settings.
    pub(super) fn all(&self) -> &BTreeMap<String, String> {
        &self.now
    }

    /// One of them.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.now.get(&name.to_lowercase()).map(String::as_str)
    }

    /// The release that is asked for; nothing for the newest.
    pub(super) fn as_of(&self) -> Option<&str> {
        self.get(AS_OF).filter(|text| !text.is_empty())
    }

    /// Sets one. What would change the meaning of what is sent is refused.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<(), Fault> {
        let name = name.to_lowercase();
        if value.chars().count() > VALUE_MAX {
            return Err(Fault::new("22023", format!("the value of `{name}` is too long")));
        }
        if FIXED.contains(&name.as_str()) {
            return Err(Fault::new("55P02", format!("`{name}` cannot be changed")));
        }
        let Some(known) = self.now.get(&name) else {
            return match name.split_once('.') {
                // What programs note for themselves.
                Some((class, _)) if class != "patron" && self.now.len() < 100 => {
                    self.now.insert(name, value.to_owned());
                    Ok(())
                }
                _ => Err(unknown(&name)),
            };
        };
        let only = |allowed: &[&str]| {
            let plain = value.to_lowercase().replace(['-', '_', ' '], "");
            match allowed.contains(&plain.as_str()) {
                true => Ok(known.clone()),
                false => Err(Fault::new(
                    "22023",
                    format!("`{name}` cannot be `{value}`; it is always `{known}`"),
                )),
            }
        };
        let value = match name.as_str() {
            "client_encoding" => only(&["utf8", "unicode", "sql_ascii", "sqlascii"])?,
            "datestyle" => {
                let style = value.to_lowercase();
                match style.starts_with("iso") || ["mdy", "dmy", "ymd"].contains(&style.as_str()) {
                    true => known.clone(),
                    false => only(&[])?,
                }
            }
            "standard_conforming_strings" => only(&["on", "true", "1", "yes"])?,
            "intervalstyle" => only(&["postgres"])?,
            "bytea_output" => only(&["hex"])?,
            "timezone" => match value.to_lowercase().as_str() {
                "utc" | "gmt" | "etc/utc" | "z" | "0" | "default" => known.clone(),
                // Moments are told in UTC, with their offset; a client converts them itself.
                _ => known.clone(),
            },
            "transaction_isolation" | "default_transaction_isolation" => known.clone(),
            "default_transaction_read_only" | "transaction_read_only" => known.clone(),
            _ => value.to_owned(),
        };
        self.now.insert(name, value);
        Ok(())
    }

    /// Sets one, or all where none is named, to what it was at first.
    pub(super) fn reset(&mut self, name: Option<&str>) -> Result<(), Fault> {
        let Some(name) = name.map(str::to_lowercase) else {
            self.now.clone_from(&self.first);
            return Ok(());
        };
        match self.first.get(&name) {
            Some(first) => {
                self.now.insert(name, first.clone());
                Ok(())
            }
            None if self.now.remove(&name).is_some() => Ok(()),
            None => Err(unknown(&name)),
        }
    }

    /// What a client is told of its settings.
    pub(super) fn told(&self) -> Vec<(String, String)> {
        let told =
            TOLD.iter().filter_map(|name| Some(((*name).to_owned(), self.get(name)?.to_owned())));
        told.collect()
    }
}

fn unknown(name: &str) -> Fault {
    let text = format!("there is no setting `{name}`; `show all` lists those that there are");
    Fault::new("42704", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_the_meaning_of_bytes_cannot_be_set() {
        let mut settings = Settings::new("ann");
        for (name, value) in [
            ("client_encoding", "LATIN1"),
            ("DateStyle", "German"),
            ("standard_conforming_strings", "off"),
            ("server_version", "16"),
            ("no_such_setting", "1"),
            ("patron.no_such_setting", "1"),
        ] {
            assert!(settings.set(name, value).is_err(), "{name}");
        }
        for (name, value, kept) in [
            ("client_encoding", "utf-8", "UTF8"),
            ("DateStyle", "ISO", "ISO, MDY"),
            ("application_name", "x", "x"),
            ("patron.as_of", "41", "41"),
            ("tool.own", "y", "y"),
        ] {
            settings.set(name, value).unwrap();
            assert_eq!(settings.get(name), Some(kept), "{name}");
        }
        settings.reset(None).unwrap();
        assert_eq!(settings.as_of(), None);
        assert_eq!(settings.get("tool.own"), None);
    }
}
