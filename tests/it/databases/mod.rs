//! Are real database servers read exactly, whatever they and the network do?

mod servers;
