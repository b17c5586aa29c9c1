//! Which secrets do programs come with?

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::account::{Identity, Via, attributes_of, roles_of};
use super::error::AccountsError;
use super::scope::{self, Scope};
use super::scram::Verifier;
use super::secret;
use super::store::{Accounts, checked_name, moment, text_of};
use crate::config::Secret;
use crate::engine::near::near;

/// What each token's secret begins with, so that it is found where it should not be.
const BEGIN: &str = "patron_";

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// whose
    pub account: String,
    /// its name, one of its own among those in use
    pub name: String,
    /// what it is good for
    pub scopes: BTreeSet<Scope>,
    /// until when
    pub ends_at: DateTime<Utc>,
}

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// its name
    pub name: String,
    /// what it is good for
    pub scopes: BTreeSet<Scope>,
    /// when it was made
    pub made_at: DateTime<Utc>,
    /// until when it is good
    pub ends_at: DateTime<Utc>,
    /// the day on which it was last used
    pub last_used_on: Option<NaiveDate>,
    /// when it was revoked
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Token {
    /// Whether it can be used.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.ends_at
    }
}

impl Accounts {
    /// Makes a token and gives its secret, of which nothing but hashes are kept.
    ///
    /// # Errors
    /// When there is no such account, the name is no name or in use, or the token is good for
    /// nothing.
    pub fn create_token(
        &self,
        new: &NewToken,
        now: DateTime<Utc>,
    ) -> Result<Secret, AccountsError> {
        let name = checked_name(&new.name, "a token")?;
        if new.scopes.is_empty() {
            return Err(AccountsError::NoScope);
        }
        if new.ends_at <= now {
            return Err(AccountsError::EndsBefore);
        }
        let text = secret::text(BEGIN)?;
        let kept = Verifier::of(&text)?;
        self.change(&new.account, |file, number| {
            let sql = "insert into tokens (account, name, secret_hash, salt, iterations, \
                       stored_key, server_key, scopes, made_at, ends_at) \
                       values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) on conflict do nothing";
            let hash = secret::hash(&text);
            let values = params![
                number,
                name,
                hash.as_slice(),
                kept.salt,
                kept.iterations,
                kept.stored_key,
                kept.server_key,
                scope::written(&new.scopes),
                text_of(now),
                text_of(new.ends_at),
            ];
            match file.execute(sql, values)? {
                0 => Err(AccountsError::TokenTaken {
                    account: new.account.clone(),
                    name: name.to_owned(),
                }),
                _ => Ok(()),
            }
        })?;
        Ok(Secret::from(text))
    }

    /// The tokens of an account, those that were revoked too, by name.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn tokens(&self, account: &str) -> Result<Vec<Token>, AccountsError> {
        self.account(account)?;
        self.reading(|file| {
            let sql = "select tokens.name, scopes, made_at, ends_at, last_used_on, revoked_at \
                       from tokens join accounts on accounts.number = tokens.account \
                       where accounts.name = ?1 order by tokens.name, tokens.number";
            let mut statement = file.prepare_cached(sql)?;
            let rows = statement.query_map([account], columns)?;
            rows.map(|row| token(row?)).collect()
        })
    }

    /// Makes a token good for nothing, at once and for ever.
    ///
    /// # Errors
    /// When there is no such account, or no such token of it in use.
    pub fn revoke_token(
        &self,
        account: &str,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<(), AccountsError> {
        self.change(account, |file, number| {
            let sql = "update tokens set revoked_at = ?3 \
                       where account = ?1 and name = ?2 and revoked_at is null";
            if file.execute(sql, params![number, name, text_of(now)])? > 0 {
                return Ok(());
            }
            let sql = "select name from tokens where account = ?1 and revoked_at is null";
            let mut statement = file.prepare(sql)?;
            let names = statement.query_map([number], |row| row.get(0))?;
            let hint = near(name, names.collect::<Result<_, _>>()?);
            let (account, name) = (account.to_owned(), name.to_owned());
            Err(AccountsError::UnknownToken { account, name, hint })
        })
    }

    /// Who comes with a token's secret; nobody where there is none, it is over or revoked, or its
    /// account is disabled.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn caller_by_token(
        &self,
        secret: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Identity>, AccountsError> {
        if !secret.starts_with(BEGIN) {
            return Ok(None);
        }
        let hash = secret::hash(secret);
        let found = self.reading(|file| {
            let sql = "select number from tokens where secret_hash = ?1";
            let mut statement = file.prepare_cached(sql)?;
            let number = statement.query_row([hash.as_slice()], |row| row.get(0)).optional()?;
            match number {
                Some(number) => identity(file, number, now),
                None => Ok(None),
            }
        })?;
        if let Some(Identity { via: Via::Token { number, .. }, .. }) = &found {
            self.note_use(*number, now)?;
        }
        Ok(found)
    }

    /// Notes the day on which a token was used.
    pub(super) fn note_use(&self, number: i64, now: DateTime<Utc>) -> Result<(), AccountsError> {
        let today = now.date_naive().to_string();
        let is_known = self.reading(|file| {
            let sql = "select last_used_on is ?2 from tokens where number = ?1";
            let mut statement = file.prepare_cached(sql)?;
            Ok(statement.query_row(params![number, today], |row| row.get(0)).optional()?)
        })?;
        if is_known != Some(false) {
            return Ok(());
        }
        let sql = "update tokens set last_used_on = ?2 where number = ?1";
        self.writing(|file| Ok(file.execute(sql, params![number, today])?))?;
        Ok(())
    }
}

/// Who has a token, if it can be used.
pub(super) fn identity(
    file: &Connection,
    number: i64,
    now: DateTime<Utc>,
) -> Result<Option<Identity>, AccountsError> {
    let sql = "select accounts.name, accounts.roles, accounts.attributes, tokens.name, \
               tokens.scopes from tokens join accounts on accounts.number = tokens.account \
               where tokens.number = ?1 and tokens.revoked_at is null and tokens.ends_at > ?2 \
               and accounts.is_disabled = 0";
    let mut statement = file.prepare_cached(sql)?;
    let found = statement.query_row(params![number, text_of(now)], |row| {
        let columns: (String, String, String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
        Ok(columns)
    });
    let Some((account, roles, attributes, name, scopes)) = found.optional()? else {
        return Ok(None);
    };
    Ok(Some(Identity {
        account,
        roles: roles_of(&roles)?,
        attributes: attributes_of(&attributes)?,
        scopes: scope::read(&scopes),
        via: Via::Token { number, name },
    }))
}

/// Six columns of a token as they stand in the file.
type Columns = (String, String, String, String, Option<String>, Option<String>);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn token(columns: Columns) -> Result<Token, AccountsError> {
    let (name, scopes, made_at, ends_at, last_used_on, revoked_at) = columns;
    let day = |text: String| text.parse().map_err(|_| AccountsError::Damaged("a date"));
    Ok(Token {
        name,
        scopes: scope::read(&scopes),
        made_at: moment(&made_at)?,
        ends_at: moment(&ends_at)?,
        last_used_on: last_used_on.map(day).transpose()?,
        revoked_at: revoked_at.as_deref().map(moment).transpose()?,
    })
}
