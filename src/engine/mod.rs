//! How is a plan run, within which limits, and written out?
