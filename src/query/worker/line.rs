//! Who is next? Whoever has the fewest questions answered at once, then who waited longest since
//! the last one.
//!
//! Somebody who asks a hundred questions waits behind a hundred of their own, and not the others.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::error::IsolatedError;

/// How many questions are answered at once, and how many wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Width {
    /// questions at once
    pub(super) places: usize,
    /// questions at once of one person
    pub(super) places_each: usize,
    /// questions that wait
    pub(super) waiting: usize,
    /// questions of one person that wait
    pub(super) waiting_each: usize,
    /// how long one waits
    pub(super) patience: Duration,
}

/// The waiting line.
#[derive(Debug)]
pub(super) struct Line {
    width: Width,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    people: BTreeMap<String, Person>,
    waiting: VecDeque<Waiting>,
    running: usize,
    /// counts the questions that began
    begun: u64,
}

#[derive(Debug, Default, Clone, Copy)]
struct Person {
    running: usize,
    /// the number of the last question that began
    last: u64,
}

#[derive(Debug)]
struct Waiting {
    name: String,
    place: oneshot::Sender<Place>,
}

/// The right to have one question answered, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    line: Option<Arc<Line>>,
    name: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(line) = self.line.take() {
            line.leave(&self.name);
        }
    }
}

impl Line {
    pub(super) fn new(width: Width) -> Arc<Self> {
        Arc::new(Self { width, state: Mutex::default() })
    }

    /// Waits for a place.
    pub(super) async fn enter(self: &Arc<Self>, name: &str) -> Result<Place, IsolatedError> {
        let place = {
            let mut state = self.lock();
            state.waiting.retain(|waiting| !waiting.place.is_closed());
            let own = state.waiting.iter().filter(|waiting| waiting.name == name).count();
            if state.has_place(name, self.width) {
                return Ok(self.begin(&mut state, name));
            }
            if state.waiting.len() >= self.width.waiting || own >= self.width.waiting_each {
                return Err(state.busy());
            }
            let (sender, place) = oneshot::channel();
            state.waiting.push_back(Waiting { name: name.to_owned(), place: sender });
            place
        };
        match tokio::time::timeout(self.width.patience, place).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(self.lock().busy()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(self: &Arc<Self>, state: &mut State, name: &str) -> Place {
        state.begin(name);
        Place { line: Some(Arc::clone(self)), name: name.to_owned() }
    }

    /// Gives a place back, and to whoever is next.
    fn leave(self: &Arc<Self>, name: &str) {
        let mut state = self.lock();
        state.end(name);
        while let Some(next) = state.next(self.width) {
            let place = self.begin(&mut state, &next.name);
            if let Err(mut place) = next.place.send(place) {
                // Who waited is gone. The place is not dropped while the line is locked.
                place.line = None;
                state.end(&next.name);
            }
        }
    }
}

impl State {
    fn person(&self, name: &str) -> Person {
        self.people.get(name).copied().unwrap_or_default()
    }

    fn has_place(&self, name: &str, width: Width) -> bool {
        self.running < width.places && self.person(name).running < width.places_each
    }

    fn begin(&mut self, name: &str) {
        self.running += 1;
        self.begun += 1;
        let person = self.people.entry(name.to_owned()).or_default();
        person.running += 1;
        person.last = self.begun;
    }

    fn end(&mut self, name: &str) {
        self.running = self.running.saturating_sub(1);
        let waits = self.waiting.iter().any(|waiting| waiting.name == name);
        if let Some(person) = self.people.get_mut(name) {
            person.running = person.running.saturating_sub(1);
            if person.running == 0 && !waits {
                self.people.remove(name);
            }
        }
    }

    /// Takes out whoever is next, if there is a place.
    fn next(&mut self, width: Width) -> Option<Waiting> {
        let may = self.waiting.iter().enumerate().filter(|(_, waiting)| {
            !waiting.place.is_closed() && self.has_place(&waiting.name, width)
        });
        let (at, _) = may.min_by_key(|(at, waiting)| {
            let person = self.person(&waiting.name);
            (person.running, person.last, *at)
        })?;
        self.waiting.remove(at)
    }

    fn busy(&self) -> IsolatedError {
        IsolatedError::Busy { running: self.running, waiting: self.waiting.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn width(places: usize, places_each: usize) -> Width {
        let patience = Duration::from_secs(5);
        Width { places, places_each, waiting: 6, waiting_each: 3, patience }
    }

    /// Lets everybody who can go on do so.
    async fn settle() {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    /// Who gets a place, in which order, when each gives it back at once.
    async fn served(line: &Arc<Line>, asked: &[&'static str]) -> Vec<&'static str> {
        let order = Arc::new(Mutex::new(Vec::new()));
        let first = line.enter("first").await.unwrap();
        let mut tasks = Vec::new();
        for &name in asked {
            let (line, order) = (Arc::clone(line), Arc::clone(&order));
            tasks.push(tokio::spawn(async move {
                let place = line.enter(name).await.unwrap();
                order.lock().unwrap().push(name);
                settle().await;
                drop(place);
            }));
            settle().await;
        }
        drop(first);
        for task in tasks {
            task.await.unwrap();
        }
        let order = order.lock().unwrap();
        order.clone()
    }

    #[tokio::test]
    async fn who_asks_much_does_not_hold_up_who_asks_little() {
        let order = served(&Line::new(width(1, 1)), &["many", "many", "many", "one", "two"]).await;
        assert_eq!(order, ["many", "one", "two", "many", "many"]);
    }

    #[tokio::test]
    async fn nobody_takes_all_places() {
        let line = Line::new(width(2, 1));
        let one = line.enter("many").await.unwrap();
        let waits = tokio::spawn({
            let line = Arc::clone(&line);
            async move { line.enter("many").await.map(|_| ()) }
        });
        settle().await;
        assert!(!waits.is_finished());
        let other = line.enter("other").await.unwrap();
        drop(one);
        waits.await.unwrap().unwrap();
        drop(other);
        assert_eq!(line.lock().running, 0);
    }

    #[tokio::test]
    async fn too_many_are_told_at_once_and_who_leaves_makes_room() {
        let line = Line::new(width(1, 1));
        let held = line.enter("a").await.unwrap();
        let wait = |name: &'static str| {
            let line = Arc::clone(&line);
            tokio::spawn(async move { line.enter(name).await.map(|_| ()) })
        };
        let mut own = vec![wait("a"), wait("a"), wait("a")];
        settle().await;
        let busy = Err(IsolatedError::Busy { running: 1, waiting: 3 });
        assert_eq!(wait("a").await.unwrap(), busy);
        own.extend([wait("b"), wait("c"), wait("d")]);
        settle().await;
        let busy = Err(IsolatedError::Busy { running: 1, waiting: 6 });
        assert_eq!(wait("e").await.unwrap(), busy);
        own.remove(0).abort();
        settle().await;
        let late = wait("e");
        settle().await;
        drop(held);
        for task in own {
            task.await.unwrap().unwrap();
        }
        late.await.unwrap().unwrap();
        let state = line.lock();
        assert_eq!((state.running, state.waiting.len()), (0, 0));
    }

    #[tokio::test]
    async fn waiting_ends() {
        let patience = Duration::from_millis(20);
        let line = Line::new(Width { patience, ..width(1, 1) });
        let held = line.enter("a").await.unwrap();
        let busy = line.enter("b").await.map(|_| ());
        assert_eq!(busy, Err(IsolatedError::Busy { running: 1, waiting: 1 }));
        drop(held);
        line.enter("b").await.unwrap();
    }
}
