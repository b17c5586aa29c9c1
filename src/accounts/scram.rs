//! How does a client of PostgreSQL prove that it has a token's secret, without sending it?
//! SCRAM-SHA-256 (RFC 5802 and 7677), of which the server keeps a verifier.

use std::fmt;

use chrono::{DateTime, Utc};
use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};

use super::account::{Identity, Via};
use super::error::AccountsError;
use super::secret::{self, BYTES, hmac};
use super::store::{Accounts, text_of};
use super::token;

/// How often the secret is hashed: what clients expect. It has 256 random bits, so more would not
/// make it harder to find.
pub(super) const ITERATIONS: u32 = 4096;
/// Bytes of a salt.
const SALT: usize = 16;

/// What the server keeps of a secret. It neither is the secret nor can it be used as one.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    /// what the client hashes its secret with
    pub salt: Vec<u8>,
    /// how often
    pub iterations: u32,
    /// the hash of the key by which a client proves itself
    pub stored_key: Vec<u8>,
    /// the key by which the server does
    pub server_key: Vec<u8>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Verifier(..)")
    }
}

/// What a client that names a user has to prove, and who it is then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// what it has to prove. A user that there is not has one too, which no secret fits
    pub verifier: Verifier,
    /// who it is then; nobody where the user is unknown, disabled, or the token over
    pub who: Option<Identity>,
}

impl Verifier {
    /// The verifier of a secret, with a salt of its own.
    pub(super) fn of(secret: &str) -> Result<Self, AccountsError> {
        Ok(Self::salted(secret, &secret::random::<SALT>()?, ITERATIONS))
    }

    fn salted(secret: &str, salt: &[u8], iterations: u32) -> Self {
        let salted = hashed_often(secret.as_bytes(), salt, iterations);
        let client_key = hmac(&salted, &[b"Client Key"]);
        Self {
            salt: salt.to_vec(),
            iterations,
            stored_key: Sha256::digest(client_key).to_vec(),
            server_key: hmac(&salted, &[b"Server Key"]).to_vec(),
        }
    }

    /// One that nobody has a secret for: always the same for a name, as a real one would be.
    fn nobodys(key: &[u8], user: &str) -> Self {
        let derived = |what: &[u8]| hmac(key, &[what, user.as_bytes()]);
        Self {
            salt: derived(b"salt").into_iter().take(SALT).collect(),
            iterations: ITERATIONS,
            stored_key: derived(b"stored").to_vec(),
            server_key: derived(b"server").to_vec(),
        }
    }
}

/// `Hi` of RFC 5802: PBKDF2 with HMAC-SHA-256, one block long.
fn hashed_often(secret: &[u8], salt: &[u8], iterations: u32) -> [u8; BYTES] {
    let mut last = hmac(secret, &[salt, &1_u32.to_be_bytes()]);
    let mut all = last;
    for _ in 1..iterations {
        last = hmac(secret, &[&last]);
        for (sum, byte) in all.iter_mut().zip(last) {
            *sum ^= byte;
        }
    }
    all
}

impl Accounts {
    /// What a client has to prove that signs in as `<account>.<token>`, or as `<account>` where
    /// that one has a single token that is in use. Whether the token may be used for SQL is in the
    /// scopes of who it is.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn scram(&self, user: &str, now: DateTime<Utc>) -> Result<Challenge, AccountsError> {
        let nobodys = Verifier::nobodys(self.key(), user);
        let found = match user.split_once('.') {
            Some((account, name)) => self.token_number(account, name)?,
            None => self.only_token(user, now)?,
        };
        let Some(number) = found else {
            return Ok(Challenge { verifier: nobodys, who: None });
        };
        let (stored, who) = self.reading(|file| {
            let sql = "select salt, iterations, stored_key, server_key from tokens \
                       where number = ?1";
            let stored = file.query_row(sql, [number], |row| {
                Ok(Verifier {
                    salt: row.get(0)?,
                    iterations: row.get(1)?,
                    stored_key: row.get(2)?,
                    server_key: row.get(3)?,
                })
            })?;
            Ok((stored, token::identity(file, number, now)?))
        })?;
        // The salt stays the same when a token ends, so that nobody learns that it has.
        let verifier = match who {
            Some(_) => stored,
            None => Verifier { salt: stored.salt, iterations: stored.iterations, ..nobodys },
        };
        Ok(Challenge { verifier, who })
    }

    /// Notes that a client has proved that it has its token.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn used(&self, who: &Identity, now: DateTime<Utc>) -> Result<(), AccountsError> {
        match &who.via {
            Via::Token { number, .. } => self.note_use(*number, now),
            Via::Session => Ok(()),
        }
    }

    /// The newest token of a name that was not revoked.
    fn token_number(&self, account: &str, name: &str) -> Result<Option<i64>, AccountsError> {
        self.reading(|file| {
            let sql = "select tokens.number from tokens \
                       join accounts on accounts.number = tokens.account \
                       where accounts.name = ?1 and tokens.name = ?2 \
                       order by tokens.revoked_at is null desc, tokens.number desc limit 1";
            Ok(file.query_row(sql, [account, name], |row| row.get(0)).optional()?)
        })
    }

    /// The token of an account that has one.
    fn only_token(&self, account: &str, now: DateTime<Utc>) -> Result<Option<i64>, AccountsError> {
        self.reading(|file| {
            let sql = "select tokens.number from tokens \
                       join accounts on accounts.number = tokens.account \
                       where accounts.name = ?1 and tokens.revoked_at is null \
                       and tokens.ends_at > ?2";
            let mut statement = file.prepare_cached(sql)?;
            let found = statement.query_map([account, &text_of(now)], |row| row.get(0))?;
            let found = found.collect::<Result<Vec<i64>, _>>()?;
            Ok(if found.len() == 1 { found.first().copied() } else { None })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_is_that_of_rfc_7677() {
        // The example of RFC 7677, section 3: user `user`, password `pencil`. Its base64 is decoded
        // here; the keys were computed from it with Python's hashlib and hmac.
        let salt = hex::decode("5b6d99689d12358eeca04b141236fa81").unwrap();
        let verifier = Verifier::salted("pencil", &salt, 4096);
        let shown = [&verifier.stored_key, &verifier.server_key].map(hex::encode);
        assert_eq!(
            shown,
            [
                "586e5df283e6dceb5c3e791d8b8528ec191e664045ce971792e2e6b5bb13e2a6",
                "c1f3cbc1c13a9d35a14c0990eed97629ea225863e566a4314ab99f3f00e5d9d5",
            ]
        );
    }

    #[test]
    fn nobodys_verifier_is_the_same_for_the_same_name() {
        let one = Verifier::nobodys(b"key", "ann.psql");
        assert_eq!(one, Verifier::nobodys(b"key", "ann.psql"));
        assert_ne!(one.salt, Verifier::nobodys(b"key", "bob.psql").salt);
        assert_ne!(one.salt, Verifier::nobodys(b"other", "ann.psql").salt);
        assert_eq!(one.salt.len(), Verifier::of("secret").unwrap().salt.len());
        assert_eq!(format!("{one:?}"), "Verifier(..)");
    }
}
