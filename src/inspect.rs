//! Project -> catalogues: the SQL of every schema is read, its files come into dependency order, and
//! the Apps' contracts are held against what it defines.
//!
//! What Atlas leaves out of it is reported too (`left_out`).
//!
//! What is found is reported at the SQL file's own line. A schema whose SQL is not fully understood
//! goes on all the same: an error is only what the database or Atlas refuses for certain.

mod left_out;

use std::collections::BTreeSet;

use smol_str::SmolStr;
use sql::catalogue::Catalogue;
use sql::catalogue::order::{self, File};
use sql::catalogue::requires::{self, Breach, Maker, Unseen};
use sql::definition::Script;
use sql::dialect::Dialect;
use sql::parse::{Budget, Verdicts, scripts_within};

use crate::atlas_sum;
use crate::catalogues::{Catalogues, SchemaSql};
use crate::diag::problems::left_out::{DriverNeedsLogin, RequiresLeftOut, WrittenAs};
use crate::diag::problems::schema::{ContractBroken, ContractDoubtful, ContractNotChecked};
use crate::diag::{Diagnostic, Diagnostics, message};
use crate::left_out::{Login, has_driver};
use crate::model::{Desired, MigrationDir, Migrations, PlainSchema, Project, Schema, Target};
use crate::source::{Excerpt, Sources, Span};

/// Reads the SQL of every schema.
pub fn catalogues(
    project: &Project,
    sources: &Sources,
    login: Login,
    diagnostics: &mut Diagnostics,
) -> Catalogues {
    let room = diagnostics.used_before.rest();
    let (budget, verdicts) = (Budget::within(|limit| room.of(limit)), Verdicts::default());
    let extensions = left_out::extensions(project);
    let missing = Vec::new();
    let reader = &mut Reader { sources, budget, verdicts, extensions, missing, diagnostics };
    let read = |schema: &Schema| {
        let engine = engine(schema, project);
        let reports = reader.reports_left_out(schema, engine, login);
        let dialect = Dialect::of_scheme(engine);
        let (sql, missing) = reader.schema(&schema.desired, dialect, reports, WrittenAs::Spec);
        reader.missing.push(missing);
        sql
    };
    let catalogues: Catalogues = project.schemas.iter().map(read).collect();
    for object in &project.plain_schemas {
        reader.plain(object, login);
    }
    let missing = std::mem::take(&mut reader.missing);
    let used = reader.budget.used();
    used.iter().for_each(|&(used, limit)| diagnostics.effort.add(used, limit));
    check_requires(project, &catalogues, &missing, diagnostics);
    catalogues
}

/// The scheme of a schema's database, as far as that is known; else nothing.
fn engine<'a>(schema: &'a Schema, project: &'a Project) -> &'a str {
    match &schema.target {
        Target::Database(index) => {
            project.databases.get(*index).map_or("", |database| &database.scheme)
        }
        Target::Url(url) => url.split_once("://").map_or("", |(scheme, _)| scheme),
        Target::UrlFrom(_) | Target::Unknown => "",
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
    /// What CloudNativePG creates.
    extensions: BTreeSet<SmolStr>,
    /// What Atlas leaves out of each schema so far.
    missing: Vec<left_out::Missing>,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// Whether what Atlas leaves out of a schema is reported.
    fn reports_left_out(&mut self, schema: &Schema, engine: &str, login: Login) -> bool {
        let has_token = schema.cloud.as_ref().is_some_and(|cloud| cloud.token_from.is_some());
        let kind = match schema.desired {
            Desired::Migrations(_) => "AtlasMigration",
            Desired::Sql(_) | Desired::Hcl(_) | Desired::Registry(_) => "AtlasSchema",
        };
        login == Login::Absent && !has_token && self.driver(engine, schema.target_span, kind)
    }

    /// Whether Atlas may have the driver without a login. A driver that is left out is all there is to
    /// say.
    fn driver(&mut self, engine: &str, primary: Span, kind: &'static str) -> bool {
        let is_left_out = crate::engine::find(engine).is_some() && !has_driver(engine);
        if is_left_out {
            self.diagnostics.report(DriverNeedsLogin { primary, engine, kind });
        }
        !is_left_out
    }

    /// The SQL of a plain object of the operator.
    fn plain(&mut self, object: &PlainSchema, login: Login) {
        let PlainSchema { kind, engine, engine_span, is_engine_named, has_token, desired } = object;
        let named = if *is_engine_named { engine.as_str() } else { "" };
        let reports =
            login == Login::Absent && !has_token && self.driver(named, *engine_span, kind);
        if let Some(desired) = desired {
            self.schema(desired, Dialect::of_scheme(engine), reports, WrittenAs::Manifest);
        }
    }

    /// What is defined, and what Atlas leaves out of it if that is reported.
    fn schema(
        &mut self,
        desired: &Desired,
        dialect: Dialect,
        reports: bool,
        written: WrittenAs,
    ) -> (SchemaSql, left_out::Missing) {
        let mut missing = left_out::Missing::default();
        let unread = (SchemaSql::unread(dialect), left_out::Missing::default());
        let Some(texts) = texts(desired) else { return unread };
        let (budget, verdicts) = (&mut self.budget, &mut self.verdicts);
        let read = scripts_within(&texts, dialect, budget, verdicts, self.diagnostics);
        let Some(mut scripts) = read else { return unread };
        let sql = match desired {
            Desired::Sql(texts) => {
                let order = self.order(texts, &scripts, dialect);
                let in_order: Vec<&Script> =
                    order.iter().filter_map(|&at| scripts.get(at)).collect();
                let catalogue = Catalogue::build(dialect, &in_order, self.diagnostics);
                if reports {
                    let (extensions, diagnostics) = (&self.extensions, &mut *self.diagnostics);
                    missing =
                        left_out::report(&in_order, &catalogue, extensions, written, diagnostics);
                }
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
        };
        (sql, missing)
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
fn check_requires(
    project: &Project,
    catalogues: &Catalogues,
    left_out: &[left_out::Missing],
    diagnostics: &mut Diagnostics,
) {
    let mut work = requires::Work::default();
    for contract in project.apps.iter().flat_map(|app| &app.requires) {
        let Some(schema) = project.schemas.get(contract.schema) else { continue };
        let Some(catalogue) = &catalogues.of(contract.schema).catalogue else {
            let (primary, schema) = (contract.span, schema.common.name.as_str());
            diagnostics.report(ContractNotChecked { primary, schema });
            continue;
        };
        let name = schema.common.name.as_str();
        if let Some(left_out) = left_out.get(contract.schema) {
            for required in &contract.tables {
                let (primary, table) = (required.table.span, required.table.value.as_str());
                if let Some(gone) = left_out.find(table, catalogue) {
                    diagnostics.report(RequiresLeftOut { primary, table, schema: name, gone });
                }
            }
        }
        // Of what else is not certain, `diff` says so where it matters.
        let check = requires::check(catalogue, &contract.tables, &mut work);
        for breach in check.breaches {
            diagnostics.report_with(|| broken(breach, name));
        }
        for found in check.unseen {
            diagnostics.report_with(|| unseen(found, name));
        }
    }
}

fn broken(breach: Breach<'_>, schema: &str) -> ContractBroken {
    let of_table =
        |table: &str, column: &str| format!("{}.{}", table.escape_debug(), column.escape_debug());
    let add = || "add it to the schema, or remove it from `requires`".into();
    let nearest = |name: Option<&str>| match name {
        Some(name) => message!("did you mean `{name}`?", name),
        None => add(),
    };
    match breach {
        Breach::NoTable { required, table, nearest: name } => ContractBroken {
            primary: required,
            message: message!(
                "`Schema/{schema}` has no table `{table}`",
                schema,
                table = table.escape_debug()
            ),
            created: None,
            help: nearest(name),
        },
        Breach::NoColumn { required, table, column, created, nearest: name } => ContractBroken {
            primary: required,
            message: message!(
                "`Schema/{schema}` has no column `{column}`",
                schema,
                column = of_table(table, column)
            ),
            created: Some((created, "the table is created here".into())),
            help: nearest(name),
        },
        Breach::Mandatory { required, table, column, created } => ContractBroken {
            primary: required,
            message: message!(
                "the App's INSERT fails: `{column}` is NOT NULL without a default, and is not in `write`",
                column = of_table(table, column)
            ),
            created: Some((created, "the column is created here".into())),
            help: "add it to `write` if the App writes it, or make the column nullable or give it a default"
                .into(),
        },
        Breach::Generated { required, table, column, created } => ContractBroken {
            primary: required,
            message: message!(
                "the App's INSERT fails: `{column}` is always generated by the database",
                column = of_table(table, column)
            ),
            created: Some((created, "the column is created here".into())),
            help: "remove it from `write`, and from the INSERTs of the App".into(),
        },
        Breach::OtherFamily { required, table, column, wanted, found, written, created } => {
            ContractBroken {
                primary: required,
                message: message!(
                    "`{column}` is `{written}`, of the family {found}, and the App needs {wanted}",
                    column = of_table(table, column),
                    written,
                    found = found.name(),
                    wanted = wanted.name()
                ),
                created: Some((created, "the column is created here".into())),
                help: "change the column in the schema, or its type in `requires`".into(),
            }
        }
    }
}

fn unseen(unseen: Unseen<'_>, schema: &str) -> Diagnostic {
    let Unseen { required: primary, table, column, nearest, by } = unseen;
    let what = match column {
        None => message!("table `{table}`", table = table.escape_debug()),
        Some(column) => {
            let column = format!("{}.{}", table.escape_debug(), column.escape_debug());
            message!("column `{column}`", column)
        }
    };
    let by = match by {
        Maker::Dynamic(statement) => Some(statement),
        Maker::Named => None,
    };
    let nearest = nearest.map(str::to_owned);
    ContractDoubtful { primary, schema, what, by, nearest }.into()
}
