//! The tables of `docs/spec.md`, from the rows.

use crate::spec::{Field, KINDS, Record, SHARED};

/// The tables of `docs/spec.md`: each with the heading of the section in which it stands.
pub fn page() -> Vec<(&'static str, String)> {
    let tables = KINDS.iter().map(|kind| (kind.name, table(kind.own)));
    std::iter::once(("What all kinds have", table(&SHARED))).chain(tables).collect()
}

fn table(record: &Record) -> String {
    let mut rows = String::from("| field | meaning | example |\n|---|---|---|\n");
    add(&mut rows, "", record);
    rows
}

/// The rows of a mapping and of those within it. What has no example is shown in that of the whole; what
/// has one of another field is shown there, as `storage.size` for every `storage`.
fn add(rows: &mut String, within: &str, record: &Record) {
    let outermost = within.split('.').next().unwrap_or_default();
    let is_shown = |field: &&Field| !field.example.is_empty() && field.example.contains(outermost);
    for field in record.fields.iter().filter(is_shown) {
        let Field { name, text, example, is_required, .. } = field;
        let required = if *is_required { " Required." } else { "" };
        rows.push_str(&format!("| `{within}{name}` | {text}{required} | `{example}` |\n"));
        if let Some(inner) = field.shape.record() {
            add(rows, &format!("{within}{name}."), inner);
        }
    }
}
