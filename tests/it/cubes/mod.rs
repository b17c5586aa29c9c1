//! Are questions of cubes answered rightly, soon, and by the rows that they rest on?

mod advise;
mod answers;
mod drill;
mod fits;
mod heads;
mod kiosk;
mod receipts;
mod rollups;
mod till;
