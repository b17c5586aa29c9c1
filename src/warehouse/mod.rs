//! What lies in the warehouse, and which release does a reader see?

pub mod manifest;
pub mod name;
pub mod release;
