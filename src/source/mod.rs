//! How do rows get out of a departmental system?

pub mod shape;
