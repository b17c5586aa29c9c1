//! Does everybody see what his or her roles see, and nothing else?

mod asking;
mod leaks;
mod queries;
mod random;
mod reading;
mod roles;
mod twins;
