//! What do several tests need?

pub mod binary;
pub mod dice;
pub mod house;
pub mod mariadb;
pub mod model;
pub mod postgres;
pub mod rust_text;
pub mod server;
pub mod strace;
pub mod world;
