//! Who may ask what?
//!
//! | file | question |
//! | --- | --- |
//! | `principal` | on whose behalf is asked? |
//! | [`policy`] | who may see which rows and columns, as warehouse/access.toml says? |
//! | `seen` | what does somebody with roles see of a table? |
//! | `secure_scan` | how are rows read of which not all may be seen? |
//! | `grouped` | who may be answered from a table made by grouping a query's rows? |
//! | `listing` | which tables and columns may somebody know of? |
//! | `open` | what does a person see of a release? |
//! | `ask` | which SQL may a person write? |
//! | [`catalogue`] | what do clients of PostgreSQL find that look for tables and types? |
//! | [`gate`] | may a question be planned at all? |
//! | [`worker`] | how is a question answered in a process of its own? |

mod ask;
pub mod catalogue;
pub mod gate;
mod grouped;
mod listing;
mod open;
pub mod policy;
mod principal;
mod secure_scan;
mod seen;
pub mod worker;

pub use ask::{ask, missing_table, plan, plan_prepared};
pub use grouped::{Grouped, Grouping};
pub use open::{Provided, QueryError, open, open_beside, open_with, seen_tables, sees_table};
pub use principal::{Member, Principal};
pub use seen::Rules;
