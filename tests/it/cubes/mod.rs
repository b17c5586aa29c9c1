//! Are questions of cubes answered rightly, soon, and by the rows that they rest on?

mod advise;
mod asking;
mod compile;
mod depot;
mod filters;
mod fits;
mod heads;
mod random;
mod rollups;
mod strange;
mod refusals;
mod till;
