//! MariaDB: MySQL with a few words more and a few fewer.

use super::grammar::{Characters, Costs, Grammar, Names, Server};
use super::mysql;

pub(super) const GRAMMAR: Grammar = Grammar {
    name: "MariaDB",
    schemes: &["mariadb", "maria"],
    characters: Characters { conditional_comments: &["/*!", "/*M!"], ..mysql::GRAMMAR.characters },
    names: Names { reserved: &[mysql::RESERVED, RESERVED], ..mysql::GRAMMAR.names },
    server: Server { costs: Costs::MariaDb, ..mysql::GRAMMAR.server },
    ..mysql::GRAMMAR
};

/// What else cannot be a bare name: tried with every keyword in MariaDB 10.11.
const RESERVED: &[&str] = &[
    "CURRENT_ROLE",
    "EXCEPT",
    "INTERSECT",
    "OFFSET",
    "OVER",
    "RECURSIVE",
    "RETURNING",
    "ROWS",
    "ROW_NUMBER",
];
