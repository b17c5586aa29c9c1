//! Are real database servers read exactly, whatever they and the network do?

mod access;
mod behaviour;
mod chaos;
mod encrypted;
mod northwind;
mod refused;
mod servers;
mod shop;
mod types;
mod types_mariadb;
mod types_postgres;
