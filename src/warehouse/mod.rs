//! What lies in the warehouse, and which release does a reader see?

mod assemble;
pub mod blocks;
pub mod catalog;
pub mod collect;
pub mod durable;
mod encode;
mod error;
mod home;
mod ledger;
pub mod manifest;
pub mod name;
mod pins;
pub mod release;
mod seal;
mod statistics;
pub mod verify;
pub mod write;

pub use assemble::{assemble, schema_of};
pub use error::WarehouseError;
pub use home::{Home, RESUME, Writer};
pub use pins::{Lease, Pin};
pub use seal::FORMAT;
