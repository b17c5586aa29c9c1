//! What lies in the warehouse, and which release does a reader see?

pub mod assemble;
pub mod blocks;
pub mod catalog;
pub mod collect;
pub mod contract;
mod contract_file;
pub mod durable;
mod encode;
pub mod entered;
pub mod error;
mod fetched;
pub mod home;
pub mod ledger;
pub mod load;
mod lock;
pub mod manifest;
pub mod name;
pub mod pins;
pub mod place;
pub mod project;
pub mod reach;
pub mod release;
pub mod schedule;
pub mod seal;
mod statistics;
pub mod system;
pub mod verify;
pub mod write;

pub use assemble::{assemble, schema_of};
pub use error::WarehouseError;
pub use home::{Home, RESUME, Writer};
pub use pins::{Lease, Pin};
pub use place::Place;
pub use seal::FORMAT;
