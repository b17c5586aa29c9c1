//! Who has an account?

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::error::AccountsError;
use super::password;
use super::scope::Scope;
use super::store::{Accounts, checked_name, moment, text_of};
use crate::config::Secret;
use crate::engine::near::near;

/// The most characters of all values of attributes of an account.
const ATTRIBUTES_MAX: usize = 10_000;

/// Somebody who may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// the name
    pub name: String,
    /// the roles of warehouse/access.toml
    pub roles: BTreeSet<String>,
    /// what is known of the person, by which rows are chosen
    pub attributes: BTreeMap<String, BTreeSet<String>>,
    /// whether it lets nobody in
    pub is_disabled: bool,
    /// when it was made
    pub created_at: DateTime<Utc>,
    /// by whom
    pub created_by: String,
}

/// An account to be made. Whether there are such roles and attributes is for the caller to see.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// the name
    pub name: String,
    /// the password to sign in with
    pub password: Secret,
    /// the roles
    pub roles: BTreeSet<String>,
    /// what is known of the person
    pub attributes: BTreeMap<String, BTreeSet<String>>,
    /// who makes it
    pub created_by: String,
}

/// Who comes in, with what the file says of it at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// the account's name
    pub account: String,
    /// its roles; some may not be in warehouse/access.toml any more
    pub roles: BTreeSet<String>,
    /// what is known of the person
    pub attributes: BTreeMap<String, BTreeSet<String>>,
    /// what may be done with the secret
    pub scopes: BTreeSet<Scope>,
    /// with which secret
    pub via: Via,
}

/// With which secret somebody comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// a session of a browser
    Session,
    /// a token
    Token {
        /// its number in the file
        number: i64,
        /// its name
        name: String,
    },
}

impl Accounts {
    /// Makes an account.
    ///
    /// # Errors
    /// When its name cannot be one or is taken, or its password is not taken.
    pub fn add(&self, new: &NewAccount, now: DateTime<Utc>) -> Result<(), AccountsError> {
        let name = checked_name(&new.name, "an account")?;
        let hash = password::hash(name, new.password.reveal())?;
        let (roles, attributes) = (json(&new.roles)?, attributes_text(&new.attributes)?);
        self.writing(|file| {
            let sql = "insert into accounts \
                       (name, password_hash, roles, attributes, created_at, created_by) \
                       values (?1, ?2, ?3, ?4, ?5, ?6) on conflict (name) do nothing";
            let created_at = text_of(now);
            let values = params![name, hash, roles, attributes, created_at, new.created_by];
            match file.execute(sql, values)? {
                0 => Err(AccountsError::Taken(name.to_owned())),
                _ => Ok(()),
            }
        })
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn list(&self) -> Result<Vec<Account>, AccountsError> {
        self.reading(|file| {
            let sql = "select name, roles, attributes, is_disabled, created_at, created_by \
                       from accounts order by name";
            let mut statement = file.prepare_cached(sql)?;
            let rows = statement.query_map([], columns)?;
            rows.map(|row| account(row?)).collect()
        })
    }

    /// The account of a name.
    ///
    /// # Errors
    /// When there is none.
    pub fn account(&self, name: &str) -> Result<Account, AccountsError> {
        let all = self.list()?;
        let found = all.iter().find(|account| account.name == name).cloned();
        found.ok_or_else(|| unknown(name, all.into_iter().map(|account| account.name).collect()))
    }

    /// Gives an account other roles.
    ///
    /// # Errors
    /// When there is none of the name.
    pub fn set_roles(&self, name: &str, roles: &BTreeSet<String>) -> Result<(), AccountsError> {
        let roles = json(roles)?;
        self.change(name, |file, number| {
            let sql = "update accounts set roles = ?2 where number = ?1";
            file.execute(sql, params![number, roles])?;
            Ok(())
        })
    }

    /// Says what is known of whoever has an account.
    ///
    /// # Errors
    /// When there is none of the name, or too much is said.
    pub fn set_attributes(
        &self,
        name: &str,
        attributes: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<(), AccountsError> {
        let attributes = attributes_text(attributes)?;
        self.change(name, |file, number| {
            let sql = "update accounts set attributes = ?2 where number = ?1";
            file.execute(sql, params![number, attributes])?;
            Ok(())
        })
    }

    /// Gives an account a new password, and ends its sessions.
    ///
    /// # Errors
    /// When there is none of the name, or the password is not taken.
    pub fn set_password(&self, name: &str, password: &Secret) -> Result<(), AccountsError> {
        let hash = password::hash(name, password.reveal())?;
        self.change(name, |file, number| {
            let sql = "update accounts set password_hash = ?2 where number = ?1";
            file.execute(sql, params![number, hash])?;
            end_sessions(file, number)
        })
    }

    /// Lets nobody in by an account any more, or lets it in again. Sessions end; tokens are refused
    /// as long as it is disabled.
    ///
    /// # Errors
    /// When there is none of the name.
    pub fn set_disabled(&self, name: &str, is_disabled: bool) -> Result<(), AccountsError> {
        self.change(name, |file, number| {
            let sql = "update accounts set is_disabled = ?2 where number = ?1";
            file.execute(sql, params![number, is_disabled])?;
            end_sessions(file, number)
        })
    }

    /// Takes an account away with its sessions and tokens. What it asked stays written.
    ///
    /// # Errors
    /// When there is none of the name.
    pub fn remove(&self, name: &str) -> Result<(), AccountsError> {
        self.change(name, |file, number| {
            file.execute("delete from accounts where number = ?1", [number])?;
            Ok(())
        })
    }

    /// Changes the account of a name.
    pub(super) fn change<T>(
        &self,
        name: &str,
        change: impl FnOnce(&Connection, i64) -> Result<T, AccountsError>,
    ) -> Result<T, AccountsError> {
        self.writing(|file| {
            let sql = "select number from accounts where name = ?1";
            let found = file.query_row(sql, [name], |row| row.get(0)).optional()?;
            match found {
                Some(number) => change(file, number),
                None => Err(unknown(name, names(file)?)),
            }
        })
    }
}

fn end_sessions(file: &Connection, account: i64) -> Result<(), AccountsError> {
    file.execute("delete from sessions where account = ?1", [account])?;
    Ok(())
}

fn unknown(name: &str, all: Vec<String>) -> AccountsError {
    AccountsError::Unknown { name: name.to_owned(), hint: near(name, all) }
}

fn names(file: &Connection) -> Result<Vec<String>, AccountsError> {
    let mut statement = file.prepare("select name from accounts")?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// Six columns of an account as they stand in the file.
type Columns = (String, String, String, bool, String, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn account(columns: Columns) -> Result<Account, AccountsError> {
    let (name, roles, attributes, is_disabled, created_at, created_by) = columns;
    Ok(Account {
        name,
        roles: roles_of(&roles)?,
        attributes: attributes_of(&attributes)?,
        is_disabled,
        created_at: moment(&created_at)?,
        created_by,
    })
}

/// Roles as the file has them.
pub(super) fn json(roles: &BTreeSet<String>) -> Result<String, AccountsError> {
    serde_json::to_string(roles).map_err(|_| AccountsError::Damaged("roles"))
}

/// Attributes as the file has them.
pub(super) fn attributes_text(
    attributes: &BTreeMap<String, BTreeSet<String>>,
) -> Result<String, AccountsError> {
    let text =
        serde_json::to_string(attributes).map_err(|_| AccountsError::Damaged("attributes"))?;
    match text.len() <= ATTRIBUTES_MAX {
        true => Ok(text),
        false => Err(AccountsError::TooLong("attributes", ATTRIBUTES_MAX)),
    }
}

/// Roles of the file.
pub(super) fn roles_of(text: &str) -> Result<BTreeSet<String>, AccountsError> {
    serde_json::from_str(text).map_err(|_| AccountsError::Damaged("roles"))
}

/// Attributes of the file.
pub(super) fn attributes_of(
    text: &str,
) -> Result<BTreeMap<String, BTreeSet<String>>, AccountsError> {
    serde_json::from_str(text).map_err(|_| AccountsError::Damaged("attributes"))
}
