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
            E::UnknownSubject { .. } | E::SeveralSubjects { .. } => {
                Self::bad("unknown_subject", error.to_string())
            }
            E::UnknownSystem { .. } => Self::bad("unknown_system", error.to_string()),
            E::NoPeriods | E::NoPeriodTable { .. } => {
                Self::new(StatusCode::NOT_FOUND, "no_periods", error.to_string())
            }
            E::NoRelease => Self::busy("no_release", error.to_string()),
            E::AlreadyClosed { .. } => unfit("already_closed"),
            E::EarlierOpen { .. } => unfit("earlier_open"),
            E::AlreadyOpen { .. } => unfit("already_open"),
            E::NothingToUndo { .. } => unfit("nothing_to_undo"),
            E::NothingToWaive { .. } => unfit("nothing_to_waive"),
            E::Refused { .. } => unfit("checks_failed"),
            E::Unseen { .. } => unfit("unseen"),
            _ => Self::hidden(&error),
        }
    }
}
