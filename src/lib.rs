//! Patron: a customer-profitability warehouse and report server.

pub mod demo;
pub mod engine;
pub mod query;
pub mod source;
pub mod warehouse;
