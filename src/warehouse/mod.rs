//! What lies in the warehouse, and which release does a reader see?

mod assemble;
pub mod blocks;
pub mod catalog;
pub mod contract;
pub mod durable;
mod encode;
pub mod error;
pub mod home;
mod ledger;
pub mod load;
pub mod manifest;
pub mod name;
mod pins;
pub mod project;
pub mod release;
mod seal;
mod statistics;
pub mod write;

pub use assemble::{assemble, schema_of};
pub use error::WarehouseError;
pub use home::{Home, RESUME, Writer};
pub use pins::{Lease, Pin};
pub use seal::FORMAT;
