//! Which tables are built so that questions are answered sooner?
