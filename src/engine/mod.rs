//! How is a plan run, within which limits, and written out?

pub mod encode;
pub mod text_table;
