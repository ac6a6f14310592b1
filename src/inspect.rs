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
    let schemas = project.schemas.iter_mut().zip(dialects);
    // None, and no thread is needed.
    let mut with_sql = schemas.filter(|(schema, _)| has_sql(&schema.desired)).peekable();
    if with_sql.peek().is_some() {
        sql::Stack::large(|stack| {
            let reader = &mut Reader { budget: sql::Budget::default(), stack, diagnostics };
            for (schema, dialect) in with_sql.by_ref() {
                schema.catalogue = reader.catalogue(&mut schema.desired, dialect, sources);
            }
        });
    }
    contracts(project, diagnostics);
}

fn has_sql(desired: &Desired) -> bool {
    match desired {
        Desired::Sql(_) => true,
        Desired::Migrations(migrations) => {
            matches!(migrations.directory, Directory::Local { .. })
        }
        Desired::Hcl(_) | Desired::Registry(_) => false,
    }
}

/// What reading the SQL of one schema after the other takes.
struct Reader<'a> {
    budget: sql::Budget,
    stack: &'a sql::Stack,
    diagnostics: &'a mut Diagnostics,
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

impl Reader<'_> {
    fn catalogue(
        &mut self,
        desired: &mut Desired,
        dialect: Dialect,
        sources: &Sources,
    ) -> Option<Catalogue> {
        match desired {
            Desired::Sql(texts) => Some(self.desired(texts, dialect, sources)),
            Desired::Migrations(migrations) => match &migrations.directory {
                Directory::Local { files, .. } => {
                    Some(self.migrated(files, migrations.baseline.is_some(), dialect))
                }
                Directory::Remote { .. } => None,
            },
            Desired::Hcl(_) | Desired::Registry(_) => None,
        }
    }

    /// Puts the files of a desired state into an order in which the database takes them.
    fn desired(
        &mut self,
        texts: &mut Vec<Excerpt>,
        dialect: Dialect,
        sources: &Sources,
    ) -> Catalogue {
        let scripts = self.scripts(texts, dialect);
        let path = |text: &Excerpt| sources.get(text.span.file).path.as_str();
        let files: Vec<File<'_>> = texts
            .iter()
            .zip(&scripts)
            .map(|(text, script)| File { path: path(text), script })
            .collect();
        let sorted = match order::order(dialect, &files) {
            Ok(sorted) => sorted,
            Err(cycle) => {
                self.diagnostics.report(cycle);
                (0..files.len()).collect()
            }
        };
        let in_order: Vec<&Script> = sorted.iter().filter_map(|&at| scripts.get(at)).collect();
        let catalogue = Catalogue::build(dialect, &in_order, self.diagnostics);
        let mut unsorted: Vec<_> = std::mem::take(texts).into_iter().map(Some).collect();
        let take = |at: &usize| unsorted.get_mut(*at).and_then(Option::take);
        *texts = sorted.iter().filter_map(take).collect();
        catalogue
    }

    /// What migrations leave behind. On an empty database Atlas begins at the last checkpoint.
    fn migrated(
        &mut self,
        files: &[(String, Excerpt)],
        has_baseline: bool,
        dialect: Dialect,
    ) -> Catalogue {
        let is_checkpoint =
            |(_, text): &(String, Excerpt)| atlas_sum::checkpoint(text.text.as_bytes()).is_some();
        let first = files.iter().rposition(is_checkpoint).unwrap_or(0);
        let texts: Vec<Excerpt> = files.iter().skip(first).map(|(_, text)| text.clone()).collect();
        let mut scripts = self.scripts(&texts, dialect);
        if let Some(script) = scripts.first_mut() {
            // What was there before the baseline is in no file.
            script.includes |= has_baseline;
        }
        Catalogue::build(dialect, &scripts.iter().collect::<Vec<_>>(), self.diagnostics)
    }

    fn scripts(&mut self, texts: &[Excerpt], dialect: Dialect) -> Vec<Script> {
        sql::scripts_within(texts, dialect, &mut self.budget, self.stack, self.diagnostics)
    }
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
