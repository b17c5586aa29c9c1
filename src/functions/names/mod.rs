//! When do two departments mean the same company?
//!
//! Functions of SQL that bring names, places, addresses and numbers into a form in which equal
//! things are equal, and that say how alike two names are. Whoever matches lists that nobody keeps
//! in common uses them; nulls give null.
//!
//! - `fold`: width, case, script and accents
//! - `company`, `forms`, `places`: the parts of a company's name
//! - `numbers`: addresses and tax numbers
//! - `similarity`: how alike two names are
//! - [`scalar`]: the functions as the engine calls them

mod company;
mod fold;
mod forms;
mod numbers;
mod places;
pub mod scalar;
mod similarity;
