//! To be written.
use super::clock::Month;
use super::run::Run;
/// Writes a month.
pub(super) fn month(_run: &mut Run, _month: Month) {}
