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
use crate::model::{Desired, Directory, Migrations, Project, Schema, Target};
use crate::parse::sql;
use crate::source::{Excerpt, Sources};

/// Reads the SQL of every schema.
pub fn schemas(project: &mut Project, sources: &Sources, diagnostics: &mut Diagnostics) {
    let dialects: Vec<Dialect> =
        project.schemas.iter().map(|schema| dialect(schema, project)).collect();
    let (budget, opinions) = (sql::Budget::default(), sql::Opinions::default());
    let reader = &mut Reader { sources, budget, opinions, diagnostics };
    for (schema, dialect) in project.schemas.iter_mut().zip(dialects) {
        schema.catalogue = reader.catalogue(&mut schema.desired, dialect);
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

/// The SQL that makes a schema, where there is any: of migrations those that run on an empty
/// database, where Atlas begins at the last checkpoint.
fn texts(desired: &Desired) -> Option<Vec<&Excerpt>> {
    match desired {
        Desired::Sql(texts) => Some(texts.iter().collect()),
        Desired::Migrations(Migrations { directory: Directory::Local { files, .. }, .. }) => {
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
    budget: sql::Budget,
    opinions: sql::Opinions,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn catalogue(&mut self, desired: &mut Desired, dialect: Dialect) -> Option<Catalogue> {
        let (texts, budget, opinions) = (texts(desired)?, &mut self.budget, &mut self.opinions);
        let mut scripts = sql::scripts_within(&texts, dialect, budget, opinions, self.diagnostics)?;
        match desired {
            Desired::Sql(texts) => Some(self.ordered(texts, &scripts, dialect)),
            Desired::Migrations(migrations) => {
                if let Some(script) = scripts.first_mut() {
                    // What was there before the baseline is in no file.
                    script.includes |= migrations.baseline.is_some();
                }
                let scripts: Vec<&Script> = scripts.iter().collect();
                Some(Catalogue::build(dialect, &scripts, self.diagnostics))
            }
            Desired::Hcl(_) | Desired::Registry(_) => None,
        }
    }

    /// Puts the files of a desired state into an order in which the database takes them, and says
    /// what they make in that order.
    fn ordered(
        &mut self,
        texts: &mut Vec<Excerpt>,
        scripts: &[Script],
        dialect: Dialect,
    ) -> Catalogue {
        let path = |text: &Excerpt| self.sources.get(text.span.file).path.as_str();
        let file = |(text, script)| File { path: path(text), script };
        let files: Vec<File<'_>> = texts.iter().zip(scripts).map(file).collect();
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
