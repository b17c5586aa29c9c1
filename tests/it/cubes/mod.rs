//! Are questions of cubes answered rightly, soon, and by the rows that they rest on?

mod advise;
mod fits;
mod heads;
mod rollups;
mod till;
