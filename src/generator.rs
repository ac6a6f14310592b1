//! What is made from nothing but flags and tables of the program: files to begin with, health checks, an
//! Application, the schema for editors. No project is compiled for it.

pub mod application;
pub mod health;
pub mod init;
pub mod json_schema;
