//! `docs/limits.md` and the constants say the same.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use argocd_atlas_plugin::diag::{self, render};
use argocd_atlas_plugin::parse::{sql, yaml};
use argocd_atlas_plugin::read;

#[test]
fn the_page_has_the_numbers_of_the_code() {
    let constants = [
        ("read::FILE_SIZE", read::FILE_SIZE),
        ("read::TOTAL_SIZE", read::TOTAL_SIZE),
        ("read::ENTRIES", read::ENTRIES as u64),
        ("read::DEPTH", read::DEPTH as u64),
        ("yaml::Budget::NODES", yaml::Budget::NODES as u64),
        ("yaml::Budget::BYTES", yaml::Budget::BYTES as u64),
        ("yaml::Budget::COPIED_NODES", yaml::Budget::COPIED_NODES as u64),
        ("yaml::Budget::COPIED_BYTES", yaml::Budget::COPIED_BYTES as u64),
        ("yaml::Budget::DOCUMENTS", yaml::Budget::DOCUMENTS as u64),
        ("yaml::Budget::DEPTH", yaml::Budget::DEPTH as u64),
        ("yaml::Budget::PROBLEMS", yaml::Budget::PROBLEMS as u64),
        ("sql::Budget::SCHEMA", sql::Budget::SCHEMA as u64),
        ("sql::Budget::BYTES", sql::Budget::BYTES as u64),
        ("sql::Budget::STATEMENTS", sql::Budget::STATEMENTS as u64),
        ("diag::KEPT", diag::KEPT as u64),
        ("diag::TEXT", diag::TEXT as u64),
        ("render::MOST", render::MOST as u64),
    ];
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/limits.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows: Vec<(&str, u64)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(name, rest)| (name, rest.split(' ').next().unwrap().parse().unwrap()))
        .collect();
    assert_eq!(rows, constants, "docs/limits.md and the code");
}
