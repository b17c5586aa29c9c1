//! Who may see which rows and columns? What warehouse/access.toml says.
//!
//! A role sees nothing but what the file names: tables as a whole, tables whose rows a filter
//! chooses, and some columns of them masked. Several filters of a role over one table must all let
//! a row through; a filter holds also where another line lets the role see the table as a whole.
//! Whoever has several roles sees what any of them sees.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;

use crate::engine::near::near;
use crate::warehouse::name::{TableName, is_identifier};
use crate::warehouse::project::{ProjectError, parse_toml};

/// The file, as messages name it.
pub const PLACE: &str = "warehouse/access.toml";

/// The only schema whose tables people see by themselves.
const SEEN: &str = "marts";

/// The roles of a project.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Access {
    /// what is known of each user, by which rows are chosen: its name and what it means
    pub attributes: BTreeMap<String, String>,
    /// the roles
    pub roles: BTreeMap<String, Role>,
    /// the file's text, for the lines of mistakes
    #[serde(skip)]
    pub text: String,
}

/// What somebody may see and do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// who has it
    pub description: String,
    /// the tables that it sees whole
    #[serde(default)]
    pub sees: Vec<Tables>,
    /// the tables of which it sees some rows
    #[serde(default)]
    pub rows: Vec<RowFilter>,
    /// the columns whose values it does not see
    #[serde(default)]
    pub masks: Vec<Mask>,
    /// what it may do beside asking
    #[serde(default)]
    pub may: Vec<Power>,
}

/// Tables by name: `marts.fct_lines`, or `marts.fct_*` for all that begin so.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Tables {
    begin: String,
    is_whole: bool,
}

/// Which rows of some tables a role sees.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "RowFilterText")]
pub struct RowFilter {
    /// the tables; of a pattern only those that have the column
    pub tables: Vec<Tables>,
    /// the column that chooses
    pub column: String,
    /// what it must be equal to; a row that holds nothing there is not seen
    pub equal_to: EqualTo,
}

/// What the column of a row must be equal to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EqualTo {
    /// one of the values of a user's attribute
    User(String),
    /// one of these
    Values(Vec<String>),
}

/// Columns whose values a role does not see.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mask {
    /// the tables that have them
    pub tables: Vec<Tables>,
    /// the columns
    #[serde(default)]
    pub columns: Vec<String>,
    /// whether they are all those that contracts mark as personal
    #[serde(default)]
    pub personal: bool,
}

/// What a role may do beside asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// ask for accounts to be made or changed
    RequestAccounts,
    /// make and change accounts
    ManageAccounts,
    /// close and reopen accounting periods, and sign off what they hold
    ClosePeriods,
    /// decide whether numbers of two systems mean the same
    DecideMatches,
    /// remark on anything
    Comment,
    /// have the systems read anew, and see how that ended
    Refresh,
}

impl Power {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::RequestAccounts,
        Self::ManageAccounts,
        Self::ClosePeriods,
        Self::DecideMatches,
        Self::Comment,
        Self::Refresh,
    ];

    /// How warehouse/access.toml writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RequestAccounts => "request_accounts",
            Self::ManageAccounts => "manage_accounts",
            Self::ClosePeriods => "close_periods",
            Self::DecideMatches => "decide_matches",
            Self::Comment => "comment",
            Self::Refresh => "refresh",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowFilterText {
    tables: Vec<Tables>,
    column: String,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    values: Option<Vec<String>>,
}

impl TryFrom<RowFilterText> for RowFilter {
    type Error = String;

    fn try_from(text: RowFilterText) -> Result<Self, String> {
        let RowFilterText { tables, column, user, values } = text;
        // The line that is told is that of a role's first block.
        let named: Vec<String> = tables.iter().map(ToString::to_string).collect();
        let named = named.join(", ");
        let equal_to = match (user, values) {
            (Some(user), None) => EqualTo::User(user),
            (None, Some(values)) if !values.is_empty() => EqualTo::Values(values),
            _ => {
                return Err(format!(
                    "rows of `{named}` are chosen by `user`, an attribute, or by `values`, a \
                     list that is not empty"
                ));
            }
        };
        if tables.is_empty() {
            return Err("`tables` is empty; name those whose rows are chosen".to_owned());
        }
        match is_identifier(&column) {
            true => Ok(Self { tables, column, equal_to }),
            false => Err(format!("rows of `{named}`: `{column}` is no name of a column")),
        }
    }
}

impl TryFrom<String> for Tables {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (begin, is_whole) = match text.strip_suffix('*') {
            Some(begin) => (begin, false),
            None => (text.as_str(), true),
        };
        let table = begin.strip_prefix(SEEN).and_then(|rest| rest.strip_prefix('.'));
        let is_sound = |table: &str| is_identifier(table) || (table.is_empty() && !is_whole);
        match table.is_some_and(is_sound) {
            true => Ok(Self { begin: begin.to_owned(), is_whole }),
            false => Err(format!(
                "`{text}` names no tables; write `{SEEN}.<table>` or `{SEEN}.<beginning>*`"
            )),
        }
    }
}

impl Tables {
    /// Whether a table is one of them.
    pub fn has(&self, table: &TableName) -> bool {
        let name = table.to_string();
        if self.is_whole { name == self.begin } else { name.starts_with(&self.begin) }
    }

    /// Whether it is one table, named in full.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }
}

impl fmt::Display for Tables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.is_whole { "" } else { "*" };
        write!(formatter, "{}{end}", self.begin)
    }
}

impl Access {
    /// What the file of a project says; without one nobody but the owner sees anything.
    ///
    /// # Errors
    /// The first mistake in it, with its line.
    pub fn read(root: &Path) -> Result<Self, ProjectError> {
        let path = root.join(PLACE);
        if !path.exists() {
            return Ok(Self::default());
        }
        let unreadable = |cause| ProjectError::Unreadable { place: PLACE.to_owned(), cause };
        Self::parse(&std::fs::read_to_string(path).map_err(unreadable)?)
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn parse(text: &str) -> Result<Self, ProjectError> {
        let access: Self = parse_toml(PLACE, text)?;
        let access = Self { text: text.to_owned(), ..access };
        match access.problem() {
            None => Ok(access),
            Some((role, message)) => {
                let line = access.line_of(role);
                Err(ProjectError::Invalid { place: PLACE.to_owned(), line, message })
            }
        }
    }

    /// The line, from 1, on which a role begins.
    pub fn line_of(&self, role: &str) -> usize {
        let is_it = |line: &str| {
            let named = line.trim_start().trim_start_matches('[').strip_prefix("roles.");
            named.and_then(|named| named.strip_prefix(role)).is_some_and(|rest| {
                !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_')
            })
        };
        self.text.lines().position(is_it).map_or(1, |line| line + 1)
    }

    /// What cannot be, and in which role.
    fn problem(&self) -> Option<(&str, String)> {
        for (name, role) in &self.roles {
            let wrong =
                |message: String| Some((name.as_str(), format!("role `{name}`: {message}")));
            if !is_identifier(name) {
                return wrong("a name is made of a to z, 0 to 9 and _".to_owned());
            }
            if role.description.trim().is_empty() {
                return wrong("its description is empty; say who has it".to_owned());
            }
            for filter in &role.rows {
                let EqualTo::User(attribute) = &filter.equal_to else { continue };
                if !self.attributes.contains_key(attribute) {
                    return wrong(format!(
                        "`user` names `{attribute}`, which [attributes] does not have"
                    ));
                }
            }
            let is_idle =
                |mask: &&Mask| mask.tables.is_empty() || mask.columns.is_empty() != mask.personal;
            if role.masks.iter().any(|mask| is_idle(&mask)) {
                return wrong(
                    "a mask names `tables`, and either `columns` or `personal = true`".to_owned(),
                );
            }
        }
        None
    }

    /// What is wrong with an account that is to have some roles and attributes; nothing where the
    /// file has them all.
    pub fn misses<'a>(
        &self,
        roles: impl IntoIterator<Item = &'a String>,
        attributes: impl IntoIterator<Item = &'a String>,
    ) -> Option<String> {
        let missing = |what: &str, wanted: &String, all: Vec<String>| {
            let hint = near(wanted, all);
            format!("{PLACE} has no {what} `{wanted}`{hint}")
        };
        let role = roles.into_iter().find(|role| !self.roles.contains_key(*role));
        if let Some(role) = role {
            return Some(missing("role", role, self.roles.keys().cloned().collect()));
        }
        let mut attributes = attributes.into_iter();
        let attribute = attributes.find(|one| !self.attributes.contains_key(*one))?;
        Some(missing("attribute", attribute, self.attributes.keys().cloned().collect()))
    }

    /// Every column of a table by which some role chooses rows of it, whether the table has it or
    /// not.
    pub fn columns_of<'a>(&'a self, table: &'a TableName) -> impl Iterator<Item = &'a str> {
        let filters = self.roles.values().flat_map(|role| &role.rows);
        let is_over = |filter: &&RowFilter| filter.tables.iter().any(|tables| tables.has(table));
        filters.filter(is_over).map(|filter| filter.column.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = "[attributes]\nunit = \"Where the user works.\"\n\n[roles.head]\n\
                         description = \"Heads.\"\nsees = [\"marts.dim_*\"]\n\
                         may = [\"request_accounts\"]\n[[roles.head.rows]]\n\
                         tables = [\"marts.fct_*\", \"marts.dim_a\"]\ncolumn = \"unit_id\"\n\
                         user = \"unit\"\n[[roles.head.rows]]\ntables = [\"marts.fct_b\"]\n\
                         column = \"kind\"\nvalues = [\"x\"]\n[[roles.head.masks]]\n\
                         tables = [\"marts.*\"]\npersonal = true\n";

    #[test]
    fn roles_are_read() {
        let access = Access::parse(SOUND).unwrap();
        let columns = |table: &str| {
            let table = table.parse().unwrap();
            access.columns_of(&table).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(columns("marts.fct_b"), ["unit_id", "kind"]);
        assert_eq!(columns("marts.fct_c"), ["unit_id"]);
        assert_eq!(columns("marts.dim_a"), ["unit_id"]);
        assert_eq!(columns("marts.dim_ab"), Vec::<String>::new());
        assert_eq!(access.line_of("head"), 4);
        let head = &access.roles["head"];
        assert_eq!(head.may, [Power::RequestAccounts]);
        assert!(head.sees[0].has(&"marts.dim_ab".parse().unwrap()));
        assert!(!head.sees[0].has(&"marts.fct_b".parse().unwrap()));
    }

    #[test]
    fn mistakes_name_their_line() {
        let cases = [
            ("user = \"unit\"", "user = \"units\"", 4, "role `head`: `user` names `units`"),
            ("user = \"unit\"\n", "", 8, "rows of `marts.fct_*, marts.dim_a` are chosen by"),
            ("values = [\"x\"]", "values = []", 8, "rows of `marts.fct_b` are chosen by `user`"),
            ("\"Heads.\"", "\" \"", 4, "role `head`: its description is empty"),
            ("personal = true\n", "", 4, "role `head`: a mask names `tables`, and"),
            ("\"marts.dim_*\"", "\"raw.dim_*\"", 6, "`raw.dim_*` names no tables; write"),
            ("request_accounts", "rule", 7, "unknown variant `rule`"),
            ("sees =", "see =", 6, "unknown field `see`"),
            ("[\"marts.fct_b\"]", "[]", 8, "`tables` is empty"),
            ("\"kind\"", "\"Kind of\"", 8, "rows of `marts.fct_b`: `Kind of` is no"),
        ];
        for (from, to, line, expected) in cases {
            assert!(SOUND.contains(from), "{from}");
            let message = Access::parse(&SOUND.replacen(from, to, 1)).unwrap_err().to_string();
            let expected = format!("{PLACE}:{line}: {expected}");
            assert!(message.starts_with(&expected), "{to}: {message}");
        }
    }
}
