//! What Atlas applies of a schema: one table of kinds of objects and statements, and one of engines.
//!
//! Without a login (`atlas login`, `cloud.tokenFrom`, `ATLAS_TOKEN` of the operator) an `AtlasSchema`
//! has tables, columns, keys, checks, indexes and enums only. Everything else in its SQL is created in
//! the dev database and then not looked at: nothing is reported, and the resource is Ready. What has a
//! column, default, check or index that needs such an object is planned, and fails. An
//! `AtlasMigration` runs its files as they are.
//!
//! Sources, all of November 2026: <https://atlasgo.io/features> (which feature and which driver needs
//! the Pro plan), ariga/atlas issues 2440, 2743 and 3621 (what the program does without a login), and
//! the module `ariga.io/atlas` 1.2.3, whose inspection `tests/cluster/atlas/left_out_test.go` runs on
//! PostgreSQL and MariaDB with a probe for each row. Of the rows that no probe can have on these
//! servers (subscriptions, languages, access methods, tablespaces, virtual tables), the module's
//! queries were read: they ask for base tables and enums alone.

use sql::definition::Class;

/// What becomes of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is applied.
    Applied,
    /// It is left out, and the resource is Ready all the same.
    LeftOut,
    /// It is applied if a project file of Atlas says so, and else left out: `schema.mode` with
    /// `roles` and `permissions` (<https://atlasgo.io/guides/postgres/security-declarative>), the block
    /// `data` of rows (<https://atlasgo.io/guides/seed-data-as-code>).
    NeedsSetting,
}

/// How a schema reaches the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `AtlasSchema`: a desired state, with which the database is compared.
    Declarative,
    /// `AtlasMigration`: files that run once each.
    Versioned,
}

/// Whether Atlas has a login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// As far as can be seen, not.
    #[default]
    Absent,
    /// It has.
    Present,
}

/// How a class of objects or statements is talked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Objects: `` `x` is a view ``, `` `x` and 2 more are views ``.
    Object(&'static str, &'static str),
    /// Statements: `this statement changes rows`, `... change rows`.
    Statement(&'static str, &'static str),
}

/// One row: a class, its words, and its fate with a login. Without one, each is left out.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The class.
    pub class: Class,
    /// How to talk about it.
    pub words: Words,
    /// What becomes of it in a desired state if Atlas has a login.
    pub with_login: Fate,
}

const fn object(class: Class, one: &'static str, many: &'static str) -> Row {
    Row { class, words: Words::Object(one, many), with_login: Fate::Applied }
}

const fn setting(class: Class, words: Words) -> Row {
    Row { class, words, with_login: Fate::NeedsSetting }
}

/// Everything that an `AtlasSchema` leaves out without a login.
pub static TABLE: &[Row] = &[
    object(Class::View, "a view", "views"),
    object(Class::MaterializedView, "a materialized view", "materialized views"),
    object(Class::Function, "a function", "functions"),
    object(Class::Procedure, "a procedure", "procedures"),
    object(Class::Aggregate, "an aggregate", "aggregates"),
    object(Class::Package, "a package", "packages"),
    object(Class::Trigger, "a trigger", "triggers"),
    object(Class::EventTrigger, "an event trigger", "event triggers"),
    object(Class::Event, "an event", "events"),
    object(Class::Sequence, "a sequence", "sequences"),
    object(Class::Extension, "an extension", "extensions"),
    object(Class::Policy, "a policy", "policies"),
    object(Class::Domain, "a domain", "domains"),
    object(Class::CompositeType, "a composite type", "composite types"),
    object(Class::RangeType, "a range type", "range types"),
    object(Class::BaseType, "a base type", "base types"),
    object(Class::Partition, "a partition", "partitions"),
    object(
        Class::VersionedTable,
        "a table with system versioning",
        "tables with system versioning",
    ),
    object(Class::ForeignTable, "a foreign table", "foreign tables"),
    object(Class::VirtualTable, "a virtual table", "virtual tables"),
    object(Class::ForeignServer, "a foreign server", "foreign servers"),
    object(Class::Rule, "a rule", "rules"),
    object(Class::Operator, "an operator", "operators"),
    object(Class::Collation, "a collation", "collations"),
    object(Class::Conversion, "a conversion", "conversions"),
    object(Class::TextSearch, "a text search object", "text search objects"),
    object(Class::Publication, "a publication", "publications"),
    object(Class::Subscription, "a subscription", "subscriptions"),
    object(Class::Statistics, "a statistics object", "statistics objects"),
    object(Class::Language, "a language", "languages"),
    object(Class::AccessMethod, "an access method", "access methods"),
    object(Class::Tablespace, "a tablespace", "tablespaces"),
    object(Class::Synonym, "a synonym", "synonyms"),
    Row {
        class: Class::Cast,
        words: Words::Statement("creates a cast", "create casts"),
        with_login: Fate::Applied,
    },
    Row {
        class: Class::RowSecurity,
        words: Words::Statement("turns on row-level security", "turn on row-level security"),
        with_login: Fate::Applied,
    },
    setting(Class::Role, Words::Object("a role", "roles")),
    setting(Class::Permission, Words::Statement("changes permissions", "change permissions")),
    setting(Class::Data, Words::Statement("changes rows", "change rows")),
    Row {
        class: Class::Call,
        words: Words::Statement("calls a routine", "call routines"),
        with_login: Fate::LeftOut,
    },
];

/// The row of a class.
pub fn row(class: Class) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.class == class)
}

/// What becomes of something of a class.
pub fn fate(class: Class, mode: Mode, login: Login) -> Fate {
    match (mode, login, row(class)) {
        (Mode::Versioned, _, _) | (Mode::Declarative, _, None) => Fate::Applied,
        (Mode::Declarative, Login::Absent, Some(_)) => Fate::LeftOut,
        (Mode::Declarative, Login::Present, Some(row)) => row.with_login,
    }
}

/// Whether Atlas has the driver of an engine without a login, in either mode
/// (<https://atlasgo.io/features>, "Database Support", and what the module registers).
pub fn has_driver(engine: &str) -> bool {
    let engine = engine.split('+').next().unwrap_or_default();
    matches!(
        engine,
        "mysql" | "mariadb" | "maria" | "postgres" | "postgresql" | "sqlite" | "libsql"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ENGINES;

    #[test]
    fn every_class_has_one_row() {
        for (at, row) in TABLE.iter().enumerate() {
            assert!(TABLE.iter().skip(at + 1).all(|other| other.class != row.class), "{row:?}");
        }
    }

    #[test]
    fn only_open_drivers_need_no_login() {
        let without: Vec<&str> =
            ENGINES.iter().map(|engine| engine.name).filter(|name| !has_driver(name)).collect();
        assert_eq!(
            without,
            [
                "sqlserver",
                "clickhouse",
                "ysql",
                "azuresql",
                "mssql",
                "redshift",
                "databricks",
                "snowflake",
                "spanner",
                "crdb",
                "dsql",
                "oracle"
            ]
        );
    }
}
