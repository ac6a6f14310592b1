//! An Argo CD config management plugin that brings up database, schema and application in that
//! order.
//!
//! A project is a directory of short specs (`App`, `Schema`, `Database`) with SQL or HCL files and
//! plain Kubernetes manifests. [`pipeline::compile`] turns it into manifests, each with the
//! `argocd.argoproj.io/sync-wave` that makes Argo CD wait for what it needs:
//!
//! ```text
//! read -> parse -> resolve -> inspect -> link -> lower -> schedule -> emit
//! ```
//!
//! The modules stand in that order. Only `read` reads the disk (and only `write` writes, for `-o`) and only `environment` the
//! process's variables; everything between is a pure function of [`source::Sources`] and
//! [`environment::Environment`], so that the same directory gives the same bytes everywhere.
//! `docs/architecture.md` is the map.

pub mod source;
pub mod runner;
pub mod effort;
pub mod diag;
pub mod environment;
pub mod read;
pub mod write;
pub mod revision;
pub mod value;
pub mod quantity;
pub mod unique_names;
pub mod annotation;
pub mod left_out;
pub mod parameters;
pub mod syntax;
pub mod spec;
pub mod parse;
pub mod engine;
pub mod atlas_sum;
pub mod model;
pub mod resolve;
pub mod catalogues;
pub mod inspect;
pub mod graph;
pub mod links;
pub mod link;
pub mod object;
pub mod lower;
pub mod plan;
pub mod schedule;
pub mod emit;
pub mod history;
pub mod pipeline;
pub mod view;
pub mod generator;
pub mod cli;
