//! Patron: a customer-profitability warehouse and report server.

pub mod accounts;
pub mod bucket;
pub mod cli;
pub mod config;
pub mod demo;
pub mod engine;
pub mod functions;
pub mod model;
pub mod query;
pub mod refresh;
pub mod server;
pub mod source;
pub mod warehouse;
