//! What is a client told of what people may not enter, and of refreshes that publish nothing?

use axum::http::StatusCode;

use super::problem::Problem;
use crate::refresh::RefreshError;
use crate::warehouse::WarehouseError;

/// Seconds after which to try again while a refresh runs.
const BUSY_SECONDS: u32 = 10;

impl From<RefreshError> for Problem {
    fn from(error: RefreshError) -> Self {
        use RefreshError as E;
        let unfit = |code| Self::new(StatusCode::CONFLICT, code, error.to_string());
        match &error {
            E::Warehouse(WarehouseError::Locked { .. }) => {
                let detail = "a refresh is running; try again when it has ended";
                Self::busy("refresh_running", detail).after(BUSY_SECONDS)
            }
            E::Blank { .. } => Self::bad("blank", error.to_string()),
            E::UnknownPeriod { .. } => {
                Self::new(StatusCode::NOT_FOUND, "unknown_period", error.to_string())
            }
            E::UnknownEntity { .. } => Self::bad("unknown_entity", error.to_string()),
            E::UnknownNumberSystem { .. } | E::UnknownNumber { .. } => {
                Self::bad("unknown_number", error.to_string())
            }
            E::UnknownSubject { .. } | E::UnknownTopic { .. } | E::SeveralSubjects { .. } => {
                Self::bad("unknown_subject", error.to_string())
            }
            E::UnknownSystem { .. } => Self::bad("unknown_system", error.to_string()),
            E::NoPeriods | E::NoPeriodTable { .. } => {
                Self::new(StatusCode::NOT_FOUND, "no_periods", error.to_string())
            }
            E::NoRelease => Self::busy("no_release", error.to_string()),
            // What would work is told as requests, not as commands.
            E::AlreadyClosed { period, number } => {
                let detail = format!(
                    "period `{period}` is closed since release {number}; to restate it, reopen it \
                     first: POST /api/v1/periods/{period}/reopen with `because`"
                );
                Self::new(StatusCode::CONFLICT, "already_closed", detail)
            }
            E::EarlierOpen { period, earlier } => {
                let detail = format!(
                    "period `{earlier}` comes before `{period}` and is open; close it first, or \
                     all that come before with `\"with_earlier\": true` in the body"
                );
                Self::new(StatusCode::CONFLICT, "earlier_open", detail)
            }
            E::AlreadyOpen { .. } => unfit("already_open"),
            E::NothingToUndo { .. } => unfit("nothing_to_undo"),
            E::NothingToWaive { .. } => unfit("nothing_to_waive"),
            E::Refused { .. } => unfit("checks_failed"),
            E::Unseen { .. } => unfit("unseen"),
            _ => Self::hidden(&error),
        }
    }
}
