//! To be written.
use super::run::Run;
/// Writes.
pub(super) fn write(_run: &mut Run) {}
