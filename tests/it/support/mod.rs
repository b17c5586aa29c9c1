//! What do several tests need?

pub mod rust_text;
pub mod world;
