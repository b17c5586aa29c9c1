//! What is written down of a request: who asked what, on which release, and what came of it?

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{Method, Uri};
use chrono::{DateTime, Utc};

use super::app::App;
use super::caller::Note;
use super::needs::Need;
use crate::accounts::{Entry, Way};

/// Rows a minute of whoever brings nothing that is known, so that strangers do not fill the disk.
const STRANGERS_MAX: u32 = 100;

/// What is known of a request before it is answered.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub method: Method,
    pub uri: Uri,
    pub id: String,
    pub peer: Option<IpAddr>,
}

/// How many rows of strangers were written in a minute.
#[derive(Debug, Default)]
pub(super) struct Strangers(Mutex<(i64, u32)>);

impl Strangers {
    /// Whether one more is written in this minute.
    fn has_room(&self, now: DateTime<Utc>) -> bool {
        let minute = now.timestamp() / 60;
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.0 != minute {
            *counted = (minute, 0);
        }
        counted.1 = counted.1.saturating_add(1);
        counted.1 <= STRANGERS_MAX
    }
}

/// Whether requests of a need are written down.
pub(super) fn is_written(need: Need) -> bool {
    need != Need::Open
}

/// Writes a request down. `who` is nobody where that is not known.
pub(super) fn write(
    app: &App,
    request: &Request,
    who: Option<&str>,
    note: &Note,
    status: u16,
    took: Duration,
) {
    let (now, noted) = (app.now(), note.get());
    let who = who.or(noted.who.as_deref());
    if who.is_none() && !app.strangers.has_room(now) {
        return;
    }
    let asked = request.uri.path_and_query().map_or("/", |asked| asked.as_str());
    let what = match &noted.said {
        Some(said) => format!("{} {asked} {said}", request.method),
        None => format!("{} {asked}", request.method),
    };
    app.door.accounts.audit(Entry {
        at: now,
        who: who.unwrap_or("nobody").to_owned(),
        way: Way::Http,
        what,
        release: noted.release,
        outcome: status.to_string(),
        milliseconds: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        request: request.id.clone(),
        peer: request.peer.map(|peer| peer.to_string()).unwrap_or_default(),
    });
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn strangers_have_so_many_rows_a_minute() {
        let strangers = Strangers::default();
        let begin = DateTime::UNIX_EPOCH;
        let written = (0..150).filter(|_| strangers.has_room(begin)).count();
        assert_eq!(written, 100);
        assert!(!strangers.has_room(begin + TimeDelta::seconds(59)));
        assert!(strangers.has_room(begin + TimeDelta::seconds(60)));
    }
}
