//! What do several tests need?

pub mod binary;
pub mod rust_text;
pub mod strace;
pub mod world;
