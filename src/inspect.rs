//! Project -> project whose SQL has been read: files in dependency order, a catalogue for every
//! schema, and the Apps' contracts held against them.
//!
//! What is found is reported at the SQL file's own line. A schema whose SQL is not fully understood
//! goes on all the same: an error is only what the database or Atlas refuses for certain.

use crate::atlas_sum;
use crate::catalogue::Catalogue;
use crate::catalogue::definition::Script;
use crate::catalogue::order::{self, File};
use crate::catalogue::requires::{self, Missing};
use crate::diag::Diagnostics;
use crate::diag::problems::schema::{ContractBroken, ContractNotChecked};
use crate::dialect::Dialect;
use crate::model::{Desired, Directory, Project, Schema, Target};
use crate::parse::sql;
use crate::source::{Excerpt, Sources};

/// Reads the SQL of every schema.
pub fn schemas(project: &mut Project, sources: &Sources, diagnostics: &mut Diagnostics) {
    let dialects: Vec<Dialect> =
        project.schemas.iter().map(|schema| dialect(schema, project)).collect();
    let budget = &mut sql::Budget::default();
    for (schema, dialect) in project.schemas.iter_mut().zip(dialects) {
        schema.catalogue = match &mut schema.desired {
            Desired::Sql(texts) => Some(desired(texts, dialect, sources, budget, diagnostics)),
            Desired::Migrations(migrations) => match &migrations.directory {
                Directory::Local { files, .. } => {
                    let has_baseline = migrations.baseline.is_some();
                    Some(migrated(files, has_baseline, dialect, budget, diagnostics))
                }
                Directory::Remote { .. } => None,
            },
            Desired::Hcl(_) | Desired::Registry(_) => None,
        };
    }
    contracts(project, diagnostics);
}

/// The dialect of a schema's database, as far as that is known.
fn dialect(schema: &Schema, project: &Project) -> Dialect {
    match &schema.target {
        Target::Database(index) => {
            let database = project.databases.get(*index);
            database.map_or(Dialect::Generic, |database| Dialect::of_scheme(&database.scheme))
        }
        Target::Url(url) => {
            let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
            Dialect::of_scheme(scheme)
        }
        Target::UrlFrom(_) | Target::Unknown => Dialect::Generic,
    }
}

/// Puts the files of a desired state into an order in which the database takes them.
fn desired(
    texts: &mut Vec<Excerpt>,
    dialect: Dialect,
    sources: &Sources,
    budget: &mut sql::Budget,
    diagnostics: &mut Diagnostics,
) -> Catalogue {
    let scripts = sql::scripts_within(texts, dialect, budget, diagnostics);
    let path = |text: &Excerpt| sources.get(text.span.file).path.as_str();
    let files: Vec<File<'_>> = texts
        .iter()
        .zip(&scripts)
        .map(|(text, script)| File { path: path(text), script })
        .collect();
    let sorted = match order::order(dialect, &files) {
        Ok(sorted) => sorted,
        Err(cycle) => {
            diagnostics.report(cycle);
            (0..files.len()).collect()
        }
    };
    let in_order: Vec<&Script> = sorted.iter().filter_map(|&at| scripts.get(at)).collect();
    let catalogue = Catalogue::build(dialect, &in_order, diagnostics);
    *texts = sorted.iter().filter_map(|&at| texts.get(at).cloned()).collect();
    catalogue
}

/// What migrations leave behind. On an empty database Atlas begins at the last checkpoint.
fn migrated(
    files: &[(String, Excerpt)],
    has_baseline: bool,
    dialect: Dialect,
    budget: &mut sql::Budget,
    diagnostics: &mut Diagnostics,
) -> Catalogue {
    let is_checkpoint =
        |(_, text): &(String, Excerpt)| atlas_sum::checkpoint(text.text.as_bytes()).is_some();
    let first = files.iter().rposition(is_checkpoint).unwrap_or(0);
    let texts: Vec<Excerpt> = files.iter().skip(first).map(|(_, text)| text.clone()).collect();
    let mut scripts = sql::scripts_within(&texts, dialect, budget, diagnostics);
    if let Some(script) = scripts.first_mut() {
        // What was there before the baseline is in no file.
        script.includes |= has_baseline;
    }
    Catalogue::build(dialect, &scripts.iter().collect::<Vec<_>>(), diagnostics)
}

/// Holds every App's `requires` against the catalogues.
fn contracts(project: &Project, diagnostics: &mut Diagnostics) {
    let mut searches = requires::SEARCHES;
    for contract in project.apps.iter().flat_map(|app| &app.contracts) {
        let Some(schema) = project.schemas.get(contract.schema) else { continue };
        let Some(catalogue) = &schema.catalogue else {
            let (primary, schema) = (contract.span, schema.common.name.as_str());
            diagnostics.report(ContractNotChecked { primary, schema });
            continue;
        };
        for missing in requires::missing(catalogue, &contract.tables, &mut searches) {
            diagnostics.report_with(|| broken(missing, &schema.common.name));
        }
    }
}

fn broken(missing: Missing<'_>, schema: &str) -> ContractBroken {
    match missing {
        Missing::Table { required, table, nearest } => ContractBroken {
            primary: required,
            message: format!("`Schema/{schema}` has no table `{}`", table.escape_debug()),
            created: None,
            nearest: nearest.map(str::to_owned),
        },
        Missing::Column { required, table, column, created, nearest } => ContractBroken {
            primary: required,
            message: format!(
                "`Schema/{schema}` has no column `{}.{}`",
                table.escape_debug(),
                column.escape_debug()
            ),
            created: Some((created, "the table is created here".to_owned())),
            nearest: nearest.map(str::to_owned),
        },
    }
}
