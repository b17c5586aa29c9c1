//! Which rows fit a filter?
