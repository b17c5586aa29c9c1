//! Who tries too often? After a few failures each further try waits longer, for an account and for
//! an address alike. It is kept in memory: a server that begins anew has forgotten it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Failures of an account that cost no time.
const FREE_OF_ACCOUNT: u32 = 5;
/// Failures of an address that cost no time: several people may come from one.
const FREE_OF_PEER: u32 = 20;
/// The longest wait of an account. It is short, since anybody can make it wait who knows its name.
const LONGEST_OF_ACCOUNT: TimeDelta = TimeDelta::minutes(1);
/// The longest wait of an address.
const LONGEST_OF_PEER: TimeDelta = TimeDelta::minutes(15);
/// After so long without a try, failures are forgotten.
const FORGOTTEN: TimeDelta = TimeDelta::hours(1);
/// Accounts and addresses that are remembered; the one that tried longest ago is forgotten.
const REMEMBERED: usize = 10_000;

/// Tries that failed, or have not succeeded yet.
#[derive(Debug, Default)]
pub struct Attempts {
    known: Mutex<HashMap<Whose, Tries>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Whose {
    Account(String),
    Peer(String),
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    last_at: DateTime<Utc>,
}

impl Whose {
    fn wait(&self, tries: Tries) -> TimeDelta {
        let (free, longest) = match self {
            Self::Account(_) => (FREE_OF_ACCOUNT, LONGEST_OF_ACCOUNT),
            Self::Peer(_) => (FREE_OF_PEER, LONGEST_OF_PEER),
        };
        match tries.count.checked_sub(free) {
            None => TimeDelta::zero(),
            Some(beyond) => longest.min(TimeDelta::seconds(1 << beyond.min(20))),
        }
    }
}

impl Attempts {
    /// Begins a try. It counts as failed until [`Self::succeeded`] is said, so that many at once
    /// count as many.
    ///
    /// # Errors
    /// How long to wait before the next one.
    pub fn begin(
        &self,
        account: &str,
        peer: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<(), TimeDelta> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let all = whose(account, peer);
        let left = |one: &Whose| {
            let tries = known.get(one)?;
            let left = tries.last_at + one.wait(*tries) - now;
            (now - tries.last_at < FORGOTTEN && left > TimeDelta::zero()).then_some(left)
        };
        if let Some(longest) = all.iter().filter_map(left).max() {
            return Err(longest);
        }
        for one in all {
            let tries = known.entry(one).or_insert(Tries { count: 0, last_at: now });
            if now - tries.last_at >= FORGOTTEN {
                tries.count = 0;
            }
            tries.count = tries.count.saturating_add(1);
            tries.last_at = now;
        }
        if known.len() > REMEMBERED {
            known.retain(|_, tries| now - tries.last_at < FORGOTTEN);
        }
        while known.len() > REMEMBERED {
            let oldest = known.iter().min_by_key(|(_, tries)| tries.last_at);
            let Some(oldest) = oldest.map(|(one, _)| one.clone()) else { break };
            known.remove(&oldest);
        }
        Ok(())
    }

    /// Takes a try back that succeeded: the account has none any more, its address one less.
    pub fn succeeded(&self, account: &str, peer: Option<IpAddr>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for one in whose(account, peer) {
            match &one {
                Whose::Account(_) => {
                    known.remove(&one);
                }
                Whose::Peer(_) => {
                    if let Some(tries) = known.get_mut(&one) {
                        tries.count = tries.count.saturating_sub(1);
                    }
                }
            }
        }
    }
}

fn whose(account: &str, peer: Option<IpAddr>) -> Vec<Whose> {
    // A name that is too long is no account's; whoever tries it is known by the address.
    let account = (account.len() <= 128).then(|| Whose::Account(account.to_owned()));
    account.into_iter().chain(peer.map(|peer| Whose::Peer(network(peer)))).collect()
}

/// What one person may be taken to have: an address of IPv4, or 64 bits of one of IPv6.
fn network(peer: IpAddr) -> String {
    match peer.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn peer(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn each_failure_waits_longer_and_success_forgets() {
        let attempts = Attempts::default();
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..13 {
            match attempts.begin("ann", peer("10.0.0.1"), at(now)) {
                Ok(()) => {}
                Err(wait) => {
                    waits.push(wait.num_seconds());
                    now += wait.num_seconds();
                }
            }
        }
        // Five for nothing; then each wait is followed by a try.
        assert_eq!(waits, [1, 2, 4, 8]);
        assert_eq!(attempts.begin("bob", peer("10.0.0.2"), at(now)), Ok(()));
        attempts.succeeded("ann", peer("10.0.0.1"));
        assert_eq!(attempts.begin("ann", peer("10.0.0.1"), at(now)), Ok(()));
    }

    #[test]
    fn an_address_waits_whatever_names_it_tries_and_forgets_in_time() {
        let attempts = Attempts::default();
        for number in 0..20 {
            let name = format!("name{number}");
            assert_eq!(attempts.begin(&name, peer("2001:db8::1"), at(0)), Ok(()));
        }
        let same = attempts.begin("other", peer("2001:db8::ffff:2"), at(0));
        assert_eq!(same, Err(TimeDelta::seconds(1)));
        assert_eq!(attempts.begin("other", peer("2001:db8:0:1::1"), at(0)), Ok(()));
        assert_eq!(attempts.begin("more", peer("2001:db8::1"), at(1)), Ok(()));
        assert_eq!(attempts.begin("more", peer("2001:db8::1"), at(1)), Err(TimeDelta::seconds(2)));
        assert_eq!(attempts.begin("more", peer("2001:db8::1"), at(3601)), Ok(()));
        assert_eq!(attempts.begin("more", peer("2001:db8::1"), at(3601)), Ok(()));
    }

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let attempts = Attempts::default();
        for number in 0..10_100 {
            let name = format!("name{number}");
            attempts.begin(&name, None, at(number / 100)).unwrap();
        }
        assert_eq!(attempts.known.lock().unwrap().len(), REMEMBERED);
    }
}
