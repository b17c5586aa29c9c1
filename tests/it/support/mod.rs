//! What do several tests need?

pub mod binary;
pub mod dice;
pub mod duckdb;
pub mod hand;
pub mod house;
pub mod lived;
pub mod mariadb;
pub mod model;
pub mod moto;
pub mod postgres;
pub mod proxy;
pub mod restatement;
pub mod rust_text;
pub mod s3;
pub mod script;
pub mod server;
pub mod serving;
pub mod shop;
pub mod strace;
pub mod world;
