//! Who is signed in with a browser?

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, params};

use super::account::{Identity, Via, attributes_of, roles_of};
use super::error::AccountsError;
use super::password;
use super::scope::Scope;
use super::secret::{self, hmac};
use super::store::{Accounts, moment, text_of};
use crate::config::Secret;

/// How long a session lasts in which nothing is asked.
const IDLE: TimeDelta = TimeDelta::hours(8);
/// How long it lasts at most.
const LONGEST: TimeDelta = TimeDelta::days(7);
/// That it is in use is written down no oftener than this.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);
/// Sessions of an account at once; the oldest end.
const SESSIONS_MAX: i64 = 20;

/// A session that begins.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// who it is
    pub who: Identity,
    /// what the browser keeps
    pub secret: Secret,
    /// what its pages say beside it in requests that change something
    pub csrf: String,
    /// when it ends at the latest
    pub ends_at: DateTime<Utc>,
}

/// A session that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// who it is
    pub who: Identity,
    /// what requests say beside the secret that change something
    pub csrf: String,
    /// when it ends at the latest
    pub ends_at: DateTime<Utc>,
}

impl Accounts {
    /// Signs in with a password; nobody where the name is unknown, the account disabled or the
    /// password another one, which takes the same time. It keeps a processor busy for a while.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn sign_in(
        &self,
        name: &str,
        password: &Secret,
        peer: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<SignedIn>, AccountsError> {
        let kept: Option<String> = self.reading(|file| {
            let sql = "select password_hash from accounts where name = ?1 and is_disabled = 0";
            Ok(file.query_row(sql, [name], |row| row.get(0)).optional()?)
        })?;
        if !password::verify(password.reveal(), kept.as_deref()) {
            return Ok(None);
        }
        let secret = secret::text("")?;
        let ends_at = now + LONGEST;
        let is_made = self.writing(|file| {
            // The account may have changed while the password was looked at.
            let sql = "insert into sessions (secret_hash, account, made_at, idle_until, ends_at, \
                       peer) select ?1, number, ?2, ?3, ?4, ?5 from accounts \
                       where name = ?6 and is_disabled = 0 and password_hash is ?7";
            let hash = secret::hash(&secret);
            let (made, idle, ends) = (text_of(now), text_of(now + IDLE), text_of(ends_at));
            let values = params![hash.as_slice(), made, idle, ends, peer, name, kept];
            let is_made = file.execute(sql, values)? == 1;
            let over = "delete from sessions where idle_until <= ?1 or ends_at <= ?1";
            file.execute(over, [text_of(now)])?;
            let oldest = "delete from sessions where secret_hash in (select secret_hash \
                          from sessions join accounts on accounts.number = sessions.account \
                          where accounts.name = ?1 order by made_at desc limit -1 offset ?2)";
            file.execute(oldest, params![name, SESSIONS_MAX])?;
            Ok(is_made)
        })?;
        match is_made.then(|| self.session(&secret, now)).transpose()?.flatten() {
            Some(Session { who, csrf, .. }) => {
                Ok(Some(SignedIn { who, secret: Secret::from(secret), csrf, ends_at }))
            }
            None => Ok(None),
        }
    }

    /// Whose session a secret is; nobody's where it is over or ended, or its account is disabled.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn session(
        &self,
        secret: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, AccountsError> {
        let hash = secret::hash(secret);
        let found = self.reading(|file| {
            let sql = "select accounts.name, accounts.roles, accounts.attributes, \
                       sessions.idle_until, sessions.ends_at \
                       from sessions join accounts on accounts.number = sessions.account \
                       where secret_hash = ?1 and idle_until > ?2 and ends_at > ?2 \
                       and accounts.is_disabled = 0";
            let mut statement = file.prepare_cached(sql)?;
            let found = statement.query_row(params![hash.as_slice(), text_of(now)], |row| {
                let columns: (String, String, String, String, String) =
                    (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
                Ok(columns)
            });
            Ok(found.optional()?)
        })?;
        let Some((account, roles, attributes, idle_until, ends_at)) = found else {
            return Ok(None);
        };
        if moment(&idle_until)? - now < IDLE - NOTED_EVERY {
            let sql = "update sessions set idle_until = ?2 where secret_hash = ?1";
            let until = text_of(now + IDLE);
            self.writing(|file| Ok(file.execute(sql, params![hash.as_slice(), until])?))?;
        }
        let who = Identity {
            account,
            roles: roles_of(&roles)?,
            attributes: attributes_of(&attributes)?,
            scopes: Scope::ALL.into(),
            via: Via::Session,
        };
        Ok(Some(Session { who, csrf: csrf(secret), ends_at: moment(&ends_at)? }))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn sign_out(&self, secret: &str) -> Result<(), AccountsError> {
        let hash = secret::hash(secret);
        let sql = "delete from sessions where secret_hash = ?1";
        self.writing(|file| Ok(file.execute(sql, [hash.as_slice()])?))?;
        Ok(())
    }
}

/// What pages say beside a session's secret. It is made of the secret, so that the file holds
/// neither, and says nothing of it.
fn csrf(secret: &str) -> String {
    hex::encode(hmac(secret.as_bytes(), &[b"pages of this session"]))
}
