//! Patron: a customer-profitability warehouse and report server.

pub mod engine;
pub mod query;
pub mod refresh;
pub mod source;
pub mod warehouse;
