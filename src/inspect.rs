//! Project -> catalogues: the SQL of every schema is read, its files come into dependency order, and
//! the Apps' contracts are held against what it defines.
//!
//! What is found is reported at the SQL file's own line. A schema whose SQL is not fully understood
//! goes on all the same: an error is only what the database or Atlas refuses for certain.

use sql::catalogue::Catalogue;
use sql::catalogue::order::{self, File};
use sql::catalogue::requires::{self, Missing};
use sql::definition::Script;
use sql::dialect::Dialect;
use sql::parse::{Budget, Verdicts, scripts_within};

use crate::atlas_sum;
use crate::catalogues::{Catalogues, SchemaSql};
use crate::diag::problems::schema::{ContractBroken, ContractNotChecked};
use crate::diag::{Diagnostics, message};
use crate::model::{Desired, MigrationDir, Migrations, Project, Schema, Target};
use crate::source::{Excerpt, Sources};

/// Reads the SQL of every schema.
pub fn catalogues(
    project: &Project,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Catalogues {
    let (budget, verdicts) = (Budget::default(), Verdicts::default());
    let reader = &mut Reader { sources, budget, verdicts, diagnostics };
    let read = |schema: &Schema| reader.schema(&schema.desired, dialect(schema, project));
    let catalogues: Catalogues = project.schemas.iter().map(read).collect();
    check_requires(project, &catalogues, diagnostics);
    catalogues
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

/// The SQL that makes a schema, where there is any: of migrations those that run on an empty
/// database, where Atlas begins at the last checkpoint.
fn texts(desired: &Desired) -> Option<Vec<&Excerpt>> {
    match desired {
        Desired::Sql(texts) => Some(texts.iter().collect()),
        Desired::Migrations(Migrations {
            directory: MigrationDir::Local { files, .. }, ..
        }) => {
            let texts = files.iter().map(|(_, text)| text);
            let is_checkpoint =
                |text: &Excerpt| atlas_sum::checkpoint(text.text.as_bytes()).is_some();
            let first = texts.clone().rposition(is_checkpoint).unwrap_or(0);
            Some(texts.skip(first).collect())
        }
        Desired::Migrations(_) | Desired::Hcl(_) | Desired::Registry(_) => None,
    }
}

/// What reading the SQL of one schema after the other takes.
struct Reader<'a> {
    sources: &'a Sources,
    budget: Budget,
    verdicts: Verdicts,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn schema(&mut self, desired: &Desired, dialect: Dialect) -> SchemaSql {
        let Some(texts) = texts(desired) else { return SchemaSql::unread(dialect) };
        let (budget, verdicts) = (&mut self.budget, &mut self.verdicts);
        let read = scripts_within(&texts, dialect, budget, verdicts, self.diagnostics);
        let Some(mut scripts) = read else { return SchemaSql::unread(dialect) };
        match desired {
            Desired::Sql(texts) => {
                let order = self.order(texts, &scripts, dialect);
                let in_order: Vec<&Script> =
                    order.iter().filter_map(|&at| scripts.get(at)).collect();
                let catalogue = Catalogue::build(dialect, &in_order, self.diagnostics);
                SchemaSql { dialect, catalogue: Some(catalogue), order }
            }
            Desired::Migrations(migrations) => {
                if let Some(script) = scripts.first_mut() {
                    // What was there before the baseline is in no file.
                    script.includes |= migrations.baseline.is_some();
                }
                let scripts: Vec<&Script> = scripts.iter().collect();
                let catalogue = Catalogue::build(dialect, &scripts, self.diagnostics);
                SchemaSql { dialect, catalogue: Some(catalogue), order: Vec::new() }
            }
            Desired::Hcl(_) | Desired::Registry(_) => SchemaSql::unread(dialect),
        }
    }

    /// The order in which the database takes the files of a desired state.
    fn order(&mut self, texts: &[Excerpt], scripts: &[Script], dialect: Dialect) -> Vec<usize> {
        let path = |text: &Excerpt| self.sources.get(text.span.file).path.as_str();
        let file = |(text, script)| File { path: path(text), script };
        let files: Vec<File<'_>> = texts.iter().zip(scripts).map(file).collect();
        order::order(dialect, &files).unwrap_or_else(|cycle| {
            self.diagnostics.report(cycle);
            (0..files.len()).collect()
        })
    }
}

/// Holds every App's `requires` against the catalogues.
fn check_requires(project: &Project, catalogues: &Catalogues, diagnostics: &mut Diagnostics) {
    let mut searches = requires::SEARCHES;
    for contract in project.apps.iter().flat_map(|app| &app.requires) {
        let Some(schema) = project.schemas.get(contract.schema) else { continue };
        let Some(catalogue) = &catalogues.of(contract.schema).catalogue else {
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
            message: message!(
                "`Schema/{schema}` has no table `{table}`",
                schema,
                table = table.escape_debug()
            ),
            created: None,
            nearest: nearest.map(str::to_owned),
        },
        Missing::Column { required, table, column, created, nearest } => ContractBroken {
            primary: required,
            message: message!(
                "`Schema/{schema}` has no column `{column}`",
                schema,
                column = format!("{}.{}", table.escape_debug(), column.escape_debug())
            ),
            created: Some((created, "the table is created here".into())),
            nearest: nearest.map(str::to_owned),
        },
    }
}
