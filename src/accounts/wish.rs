//! Which accounts are asked for, by whoever may ask but not make them?

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::{Row, params};

use super::account::{attributes_of, attributes_text, json, roles_of};
use super::error::AccountsError;
use super::store::{Accounts, checked_name, moment, text_of};

/// The most characters of a reason.
const BECAUSE_MAX: usize = 2_000;

/// An account that is asked for, or a change of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// its number; 0 before it is filed
    pub number: i64,
    /// when it was filed
    pub made_at: DateTime<Utc>,
    /// by whom
    pub made_by: String,
    /// the name of the account
    pub wanted: String,
    /// the roles that it should have
    pub roles: BTreeSet<String>,
    /// what should be known of the person
    pub attributes: BTreeMap<String, BTreeSet<String>>,
    /// why
    pub because: String,
    /// what was decided, by whom and when
    pub decision: Option<(Decision, String, DateTime<Utc>)>,
}

/// What is decided of an account that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// it is made or changed
    Granted,
    /// it is not
    Refused,
}

impl Decision {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Refused => "refused",
        }
    }
}

impl Accounts {
    /// Files a wish and gives its number.
    ///
    /// # Errors
    /// When the name cannot be one, or too much is said.
    pub fn wish(&self, wish: &Wish) -> Result<i64, AccountsError> {
        let wanted = checked_name(&wish.wanted, "an account")?;
        if wish.because.chars().count() > BECAUSE_MAX {
            return Err(AccountsError::TooLong("because", BECAUSE_MAX));
        }
        let (roles, attributes) = (json(&wish.roles)?, attributes_text(&wish.attributes)?);
        self.writing(|file| {
            let sql = "insert into wishes (made_at, made_by, wanted, roles, attributes, because) \
                       values (?1, ?2, ?3, ?4, ?5, ?6)";
            let made_at = text_of(wish.made_at);
            let values = params![made_at, wish.made_by, wanted, roles, attributes, wish.because];
            file.execute(sql, values)?;
            Ok(file.last_insert_rowid())
        })
    }

    /// The wishes of somebody, or all, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn wishes(&self, made_by: Option<&str>) -> Result<Vec<Wish>, AccountsError> {
        self.reading(|file| {
            let sql = "select number, made_at, made_by, wanted, roles, attributes, because, \
                       decision, decided_by, decided_at from wishes \
                       where ?1 is null or made_by = ?1 order by number desc limit 1000";
            let mut statement = file.prepare_cached(sql)?;
            let mut rows = statement.query([made_by])?;
            let mut wishes = Vec::new();
            while let Some(row) = rows.next()? {
                wishes.push(read(row)?);
            }
            Ok(wishes)
        })
    }

    /// Decides a wish. Making the account is another step.
    ///
    /// # Errors
    /// When it is not open.
    pub fn decide(
        &self,
        number: i64,
        decision: Decision,
        decided_by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), AccountsError> {
        self.writing(|file| {
            let sql = "update wishes set decision = ?2, decided_by = ?3, decided_at = ?4 \
                       where number = ?1 and decision is null";
            let values = params![number, decision.name(), decided_by, text_of(now)];
            match file.execute(sql, values)? {
                0 => Err(AccountsError::UnknownWish(number)),
                _ => Ok(()),
            }
        })
    }
}

fn read(row: &Row<'_>) -> Result<Wish, AccountsError> {
    let (made_at, roles, attributes): (String, String, String) =
        (row.get(1)?, row.get(4)?, row.get(5)?);
    let decided: Option<(String, String, String)> = match row.get(7)? {
        Some(decision) => Some((decision, row.get(8)?, row.get(9)?)),
        None => None,
    };
    let decision = decided.map(|(decision, by, at)| {
        let known = [Decision::Granted, Decision::Refused].into_iter();
        let decision = known.into_iter().find(|known| known.name() == decision);
        let decision = decision.ok_or(AccountsError::Damaged("a decision"))?;
        Ok::<_, AccountsError>((decision, by, moment(&at)?))
    });
    Ok(Wish {
        number: row.get(0)?,
        made_at: moment(&made_at)?,
        made_by: row.get(2)?,
        wanted: row.get(3)?,
        roles: roles_of(&roles)?,
        attributes: attributes_of(&attributes)?,
        because: row.get(6)?,
        decision: decision.transpose()?,
    })
}
