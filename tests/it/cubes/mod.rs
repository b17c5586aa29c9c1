//! Are questions of cubes answered rightly, soon, and by the rows that they rest on?

mod advise;
mod compile;
mod depot;
mod filters;
mod fits;
mod heads;
mod refusals;
mod rollups;
mod till;
