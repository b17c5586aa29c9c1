//! What do several tests need?

pub mod binary;
pub mod dice;
pub mod house;
pub mod model;
pub mod moto;
pub mod rust_text;
pub mod s3;
pub mod strace;
pub mod world;
