//! Does everybody see what his or her roles see, and nothing else?

mod asking;
mod companies;
mod grouped;
mod leaks;
mod partners;
mod questions;
mod random;
mod reading;
mod reported;
mod roles;
mod served;
mod twins;
mod ways;
