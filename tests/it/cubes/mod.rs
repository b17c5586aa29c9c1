//! Are questions of cubes answered rightly, soon, and by the rows that they rest on?

mod answers;
mod drill;
mod kiosk;
mod receipts;
