//! How does another connection end a question?

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use subtle::ConstantTimeEq;
use tokio::sync::Notify;

/// The wish that the question of a connection ends.
#[derive(Debug, Default)]
pub(super) struct Cancel {
    is_wanted: AtomicBool,
    bell: Notify,
}

impl Cancel {
    /// Forgets a wish that came when nothing was asked.
    pub(super) fn begin(&self) {
        self.is_wanted.store(false, Ordering::SeqCst);
    }

    /// Waits for the wish.
    pub(super) async fn wanted(&self) {
        while !self.is_wanted.load(Ordering::SeqCst) {
            self.bell.notified().await;
        }
    }

    fn want(&self) {
        self.is_wanted.store(true, Ordering::SeqCst);
        self.bell.notify_one();
    }
}

/// The connections that are open.
#[derive(Debug, Default)]
pub(super) struct Connections(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    last: i32,
    known: HashMap<i32, ([u8; 4], Arc<Cancel>)>,
}

/// A connection's place among them, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    all: Arc<Connections>,
    /// its number
    pub(super) process: i32,
    /// the secret by which its client has a question ended
    pub(super) secret: [u8; 4],
    /// the wish
    pub(super) cancel: Arc<Cancel>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.all.lock().known.remove(&self.process);
    }
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a connection its place; nothing where the system gives no chance.
    pub(super) fn enter(self: &Arc<Self>) -> Option<Place> {
        let mut secret = [0; 4];
        getrandom::fill(&mut secret).ok()?;
        let cancel = Arc::new(Cancel::default());
        let mut open = self.lock();
        let mut process = open.last;
        loop {
            process = process.checked_add(1).unwrap_or(1).max(1);
            if !open.known.contains_key(&process) {
                break;
            }
        }
        open.last = process;
        open.known.insert(process, (secret, Arc::clone(&cancel)));
        drop(open);
        Some(Place { all: Arc::clone(self), process, secret, cancel })
    }

    /// Ends the question of a connection whose secret is known. Nothing tells whether it was.
    pub(super) fn cancel(&self, process: i32, secret: &[u8]) {
        let known = self.lock().known.get(&process).cloned();
        if let Some((known, cancel)) = known
            && bool::from(known.as_slice().ct_eq(secret))
        {
            cancel.want();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_ends_a_question() {
        let all = Arc::new(Connections::default());
        let place = all.enter().unwrap();
        let wanted = || place.cancel.is_wanted.load(Ordering::SeqCst);
        let mut wrong = place.secret;
        wrong[3] ^= 1;
        all.cancel(place.process, &wrong);
        all.cancel(place.process, &place.secret[..3]);
        all.cancel(place.process + 1, &place.secret);
        assert!(!wanted());
        all.cancel(place.process, &place.secret);
        assert!(wanted());
        place.cancel.begin();
        assert!(!wanted());
    }
}
