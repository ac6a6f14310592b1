//! What one statement says: the parts that the SQL reader hands over and the catalogue is made of.
//!
//! Everything has its place. Names are kept as written, without their quotes; how they compare is
//! for the catalogue to know.

use smol_str::SmolStr;

use crate::source::Span;

/// One part of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name without its quotes.
    pub text: SmolStr,
    /// Whether it stood in quotes, backticks or brackets.
    pub quoted: bool,
    /// Where it was written.
    pub span: Span,
}

/// The name of a table, view, type or the like, with the schema before it, if one was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName {
    /// The schema, or in MySQL the database.
    pub schema: Option<Ident>,
    /// The name itself.
    pub name: Ident,
}

impl ObjectName {
    /// The place of the whole name.
    pub fn span(&self) -> Span {
        let start = self.schema.as_ref().map_or(self.name.span, |schema| schema.span);
        Span { start: start.start.min(self.name.span.start), ..self.name.span }
    }
}

impl ObjectName {
    /// As it stands in a message, each part cut where it is longer than any database takes: a name may have a
    /// mebibyte, and be in very many messages.
    pub fn shown(&self) -> String {
        let part = |ident: &Ident| match ident.text.char_indices().nth(MAX_SHOWN) {
            None => ident.text.to_string(),
            Some((end, _)) => format!("{}…", ident.text.get(..end).unwrap_or_default()),
        };
        match &self.schema {
            Some(schema) => format!("{}.{}", part(schema), part(&self.name)),
            None => part(&self.name),
        }
    }
}

/// The characters of a name that are shown.
const MAX_SHOWN: usize = 300;

impl std::fmt::Display for ObjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{}.{}", schema.text, self.name.text),
            None => f.write_str(&self.name.text),
        }
    }
}

/// A data type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// As it was written.
    pub text: SmolStr,
    /// Its words in lower case, without arguments and modifiers: `character varying`.
    pub name: SmolStr,
    /// What stood in parentheses.
    pub args: Vec<SmolStr>,
    /// MySQL's `UNSIGNED`.
    pub unsigned: bool,
    /// `[]` or `ARRAY`.
    pub array: bool,
    /// Whether the dialect is known to have it.
    pub known: bool,
    /// Its schema, when one was written.
    pub schema: Option<Ident>,
    /// Where it was written.
    pub span: Span,
}

/// What tokens say, whatever their white space, their comments and the case of their words: what is
/// compared of a text that is not kept. Two texts of one print are the same; nothing has the print
/// [`Print::NONE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Print(pub(crate) u64, pub(crate) u64);

impl Print {
    /// The print of nothing.
    pub const NONE: Print = Print(0, 0);

    /// The print of several texts, whose order is of no interest.
    #[must_use]
    pub fn with(self, other: Print) -> Print {
        Print(self.0.wrapping_add(other.0), self.1.wrapping_add(other.1))
    }
}

/// What kind of property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PropertyKind {
    /// `COLLATE`.
    Collation,
    /// `CHARACTER SET`.
    Charset,
    /// How a column numbers itself: `GENERATED ALWAYS AS IDENTITY (START 1)`, `AUTO_INCREMENT`. Its value is
    /// `always` or `by default`, where the column is written so.
    Numbering,
    /// The expression that a column is computed from.
    Computed,
    /// Whether a computed column is stored.
    Stored,
    /// MySQL's `ON UPDATE CURRENT_TIMESTAMP`.
    OnUpdate,
    /// The storage engine of a table.
    Engine,
    /// `PARTITION BY`, and partitions that have no names of their own.
    Partitioning,
    /// `INHERITS`.
    Inheritance,
    /// `UNLOGGED`.
    Unlogged,
    /// Row-level security is on.
    RowSecurity,
    /// It counts for the owner as well.
    ForcedRowSecurity,
    /// `REPLICA IDENTITY`.
    ReplicaIdentity,
    /// MariaDB's `WITH SYSTEM VERSIONING`.
    Versioning,
    /// SQLite's `STRICT` and `WITHOUT ROWID`.
    RowFormat,
    /// Where and by which access method a table is stored.
    Placement,
    /// A comment.
    Comment,
    /// All else that is set for a table or column.
    Settings,
    /// What is not even that: where columns come from (`AS SELECT`, `LIKE`), which triggers are off.
    Other,
}

/// What is said of a table or column beside its columns, keys and types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Which.
    pub kind: PropertyKind,
    /// What is set, where that is a word; in lower case.
    pub value: SmolStr,
    /// What is set.
    pub print: Print,
    /// Where it was written.
    pub span: Span,
}

impl Property {
    /// Puts a property among others, in the place of one of its kind.
    pub(crate) fn set(self, among: &mut Vec<Property>) {
        let found = among.iter().position(|other| other.kind == self.kind);
        let is_nothing = self.print == Print::NONE;
        match found.and_then(|at| among.get_mut(at).map(|other| (at, other))) {
            Some((at, _)) if is_nothing => {
                among.remove(at);
            }
            Some((_, other)) if self.kind.accumulates() => {
                other.print = other.print.with(self.print);
            }
            Some((_, other)) => *other = self,
            None if is_nothing => {}
            None => among.push(self),
        }
    }
}

impl PropertyKind {
    /// Whether a second one is added to the first.
    fn accumulates(self) -> bool {
        matches!(
            self,
            PropertyKind::Settings
                | PropertyKind::Other
                | PropertyKind::Partitioning
                | PropertyKind::RowFormat
        )
    }
}

/// Which constraint that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckKind {
    /// `CHECK`.
    Check,
    /// `EXCLUDE`.
    Exclusion,
}

/// A check or exclusion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub kind: CheckKind,
    /// Its name, if one was written.
    pub name: Option<Ident>,
    /// The column with which it was written.
    pub column: Option<SmolStr>,
    /// What it says.
    pub print: Print,
    /// What stands behind it: `not enforced`.
    pub tail: SmolStr,
    /// The rows that there are were not looked at when it was added (`NOT VALID`).
    pub not_valid: bool,
    /// Whether they have been since, or need not be.
    pub validated: bool,
    /// Where it was written.
    pub span: Span,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Ident,
    /// Its type, where it has one.
    pub data_type: Option<Box<TypeName>>,
    /// `NOT NULL`, or part of the primary key.
    pub not_null: bool,
    /// The text of its default.
    pub default: Option<SmolStr>,
    /// The same, to compare.
    pub default_print: Print,
    /// Where `DEFAULT NULL` was written.
    pub null_default: Option<Span>,
    /// Computed from other columns.
    pub generated: bool,
    /// Numbered by the database (`AUTO_INCREMENT`, `IDENTITY`, `serial`).
    pub identity: bool,
    /// What else is said of it, at most one of a kind.
    pub properties: Vec<Property>,
    /// What it was called before statements renamed it.
    pub former: Vec<SmolStr>,
    /// The whole definition.
    pub span: Span,
}

impl Column {
    /// `DROP DEFAULT` leaves the integer of a `serial`.
    pub(crate) fn forget_serial(&mut self) {
        let Some(data_type) = &mut self.data_type else { return };
        let integer = match data_type.name.as_str() {
            "serial" | "serial4" => "integer",
            "bigserial" | "serial8" => "bigint",
            "smallserial" | "serial2" => "smallint",
            _ => return,
        };
        data_type.name = integer.into();
        data_type.text = integer.into();
        (self.not_null, self.identity) = (true, false);
    }

    /// Whether a row can be inserted without a value for it.
    pub fn is_optional(&self) -> bool {
        !self.not_null || self.default.is_some() || self.generated || self.identity
    }
}

/// What kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// `PRIMARY KEY`.
    Primary,
    /// `UNIQUE`, constraint or index.
    Unique,
    /// An index that allows duplicates.
    Index,
}

impl KeyKind {
    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            KeyKind::Primary => "primary key",
            KeyKind::Unique => "unique key",
            KeyKind::Index => "index",
        }
    }
}

/// A primary key, unique key or index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Which kind.
    pub kind: KeyKind,
    /// Its name, if one was written.
    pub name: Option<Ident>,
    /// The plain columns in it, in order.
    pub columns: Vec<Ident>,
    /// It has expressions beside the columns.
    pub expressions: bool,
    /// It covers only some rows (`WHERE`).
    pub partial: bool,
    /// Postgres: built without blocking writes.
    pub concurrently: bool,
    /// Written with the table itself, rather than by a statement of its own.
    pub in_table: bool,
    /// How it is built, in lower case, where that is not the usual way: `gin`, `fulltext`.
    pub method: SmolStr,
    /// All else that is said of it: order, operator classes, expressions, predicate, options.
    pub details: Print,
    /// Its comment.
    pub comment: Print,
    /// Where it was written.
    pub span: Span,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// Its name, if one was written.
    pub name: Option<Ident>,
    /// The columns that refer.
    pub columns: Vec<Ident>,
    /// The table that they refer to.
    pub table: ObjectName,
    /// The columns there; empty when left to the primary key.
    pub referred: Vec<Ident>,
    /// What happens to the row, in lower case: `on delete cascade on update no action`.
    pub actions: SmolStr,
    /// What stands behind them, in lower case: `deferrable initially deferred`.
    pub tail: SmolStr,
    /// The rows that there are were not looked at when it was added (`NOT VALID`).
    pub not_valid: bool,
    /// They have been since, or need not be.
    pub validated: bool,
    /// Where it was written.
    pub span: Span,
}

/// `CREATE TABLE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDefinition {
    /// Its name.
    pub name: ObjectName,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its keys and indexes.
    pub keys: Vec<Key>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Its checks and exclusions.
    pub checks: Vec<Check>,
    /// What else is said of it, at most one of a kind.
    pub properties: Vec<Property>,
    /// `IF NOT EXISTS`, or `OR REPLACE`: a second one of that name is meant.
    pub tolerant: bool,
    /// It has columns that are not written here (`AS SELECT`, `LIKE`, `INHERITS`, `PARTITION OF`).
    pub open: bool,
    /// Gone with the connection.
    pub temporary: bool,
    /// The table of which it is a partition.
    pub partition_of: Option<ObjectName>,
    /// SQLite's `STRICT`.
    pub strict: bool,
    /// SQLite's `WITHOUT ROWID`.
    pub without_rowid: bool,
}

/// One change of `ALTER TABLE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alteration {
    /// `ADD COLUMN`; `tolerant` with `IF NOT EXISTS`.
    AddColumn {
        /// The new column.
        column: Box<Column>,
        /// `IF NOT EXISTS`.
        tolerant: bool,
    },
    /// `DROP COLUMN`.
    DropColumn(Ident),
    /// `MODIFY`, `CHANGE` and T-SQL's `ALTER COLUMN`: a new definition for the column `old`.
    Redefine {
        /// Its name so far.
        old: Ident,
        /// What it is from now on.
        column: Box<Column>,
    },
    /// Postgres' `ALTER COLUMN ... TYPE`.
    SetType(Ident, Box<TypeName>),
    /// `SET NOT NULL` or `DROP NOT NULL`.
    SetNotNull(Ident, bool),
    /// `SET DEFAULT` or `DROP DEFAULT`.
    SetDefault(Ident, Option<(SmolStr, Print)>),
    /// `ADD GENERATED ... AS IDENTITY`.
    SetIdentity(Ident),
    /// `RENAME COLUMN a TO b`.
    RenameColumn(Ident, Ident),
    /// `RENAME TO`.
    RenameTable(ObjectName),
    /// `ADD PRIMARY KEY`, `ADD UNIQUE`, `ADD INDEX`.
    AddKey(Key),
    /// `ADD FOREIGN KEY`.
    AddForeignKey(ForeignKey),
    /// `ADD CHECK`.
    AddCheck(Check),
    /// `VALIDATE CONSTRAINT`.
    Validate(Ident),
    /// `RENAME CONSTRAINT a TO b`, `RENAME INDEX a TO b`.
    RenameConstraint(Ident, Ident),
    /// Something that is set for the table, or for a column of it.
    SetProperty(Option<Ident>, Property),
    /// `DROP IDENTITY`.
    DropIdentity(Ident),
    /// `DROP EXPRESSION`.
    DropExpression(Ident),
    /// `DROP CONSTRAINT`, `DROP INDEX`, `DROP FOREIGN KEY`.
    DropConstraint(Ident),
    /// `DROP PRIMARY KEY`.
    DropPrimaryKey,
    /// `ATTACH PARTITION`.
    AttachPartition(ObjectName),
    /// `SET SCHEMA`.
    SetSchema(Ident),
    /// Something that changes no column, key or name.
    Other,
    /// Something that could not be read: columns may have come or gone.
    Unknown,
}

/// A view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewDefinition {
    /// Its name.
    pub name: ObjectName,
    /// Its columns, where they can be told.
    pub columns: Option<Vec<Ident>>,
    /// The tables and views that it reads.
    pub reads: Vec<ObjectName>,
    /// `OR REPLACE` or `IF NOT EXISTS`.
    pub tolerant: bool,
    /// A materialized view.
    pub materialized: bool,
}

/// What else has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A type, enum or domain.
    Type,
    /// A sequence.
    Sequence,
    /// A function or procedure.
    Function,
    /// A trigger.
    Trigger,
    /// A schema or database.
    Schema,
    /// An extension.
    Extension,
}

/// What one statement defines or changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Definition {
    /// `CREATE TABLE`.
    Table(Box<TableDefinition>),
    /// `ALTER TABLE`.
    Alter {
        /// The table.
        table: ObjectName,
        /// `IF EXISTS`.
        tolerant: bool,
        /// What changes.
        alterations: Vec<Alteration>,
    },
    /// `DROP TABLE` and `DROP VIEW`.
    DropTables(Vec<ObjectName>),
    /// `DROP SCHEMA` and `DROP DATABASE`, with all that is in them.
    DropSchemas(Vec<ObjectName>),
    /// `RENAME TABLE`.
    RenameTables(Vec<(ObjectName, ObjectName)>),
    /// `CREATE INDEX`.
    Index {
        /// The table.
        table: ObjectName,
        /// The index.
        key: Key,
        /// `IF NOT EXISTS`.
        tolerant: bool,
    },
    /// `DROP INDEX`.
    DropIndexes(Vec<ObjectName>),
    /// `CREATE VIEW`.
    View(Box<ViewDefinition>),
    /// A type, sequence, function, trigger, schema or extension.
    Object {
        /// Which.
        kind: ObjectKind,
        /// Its name.
        name: ObjectName,
        /// `IF NOT EXISTS`, or `OR REPLACE`.
        tolerant: bool,
    },
    /// `USE`, `SET search_path`: the schema of names without one, from here on.
    UseSchema(Option<Ident>),
}

/// What a statement makes that is more than tables, columns, keys and indexes, by the databases' own
/// words: what a tool that applies a schema may leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A function.
    Function,
    /// A procedure.
    Procedure,
    /// An aggregate.
    Aggregate,
    /// MariaDB's package.
    Package,
    /// A trigger.
    Trigger,
    /// A trigger of the whole database.
    EventTrigger,
    /// What MySQL runs at a time.
    Event,
    /// A sequence.
    Sequence,
    /// An extension.
    Extension,
    /// A policy of row-level security.
    Policy,
    /// Row-level security, turned on for a table.
    RowSecurity,
    /// A domain.
    Domain,
    /// A composite type.
    CompositeType,
    /// A range type.
    RangeType,
    /// A base type, or the shell of one.
    BaseType,
    /// A partition with a name of its own.
    Partition,
    /// A table with the history of its rows.
    VersionedTable,
    /// A foreign table.
    ForeignTable,
    /// A virtual table.
    VirtualTable,
    /// A foreign data wrapper, server or user mapping.
    ForeignServer,
    /// A rewrite rule.
    Rule,
    /// A cast.
    Cast,
    /// An operator, or a class or family of them.
    Operator,
    /// A collation.
    Collation,
    /// A conversion between encodings.
    Conversion,
    /// A configuration, dictionary, parser or template of full text search.
    TextSearch,
    /// A publication.
    Publication,
    /// A subscription.
    Subscription,
    /// Extended statistics.
    Statistics,
    /// A procedural language.
    Language,
    /// An access method.
    AccessMethod,
    /// A tablespace.
    Tablespace,
    /// A synonym.
    Synonym,
    /// A role, user or group.
    Role,
    /// `GRANT`, `REVOKE`.
    Permission,
    /// `INSERT`, `UPDATE`, `DELETE`, `COPY`: rows.
    Data,
    /// `SELECT f()`, `CALL p()`: whatever that does.
    Call,
}

impl Class {
    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Class::View => "view",
            Class::MaterializedView => "materialized view",
            Class::Function => "function",
            Class::Procedure => "procedure",
            Class::Aggregate => "aggregate",
            Class::Package => "package",
            Class::Trigger => "trigger",
            Class::EventTrigger => "event trigger",
            Class::Event => "event",
            Class::Sequence => "sequence",
            Class::Extension => "extension",
            Class::Policy => "policy",
            Class::RowSecurity => "row-level security",
            Class::Domain => "domain",
            Class::CompositeType | Class::RangeType | Class::BaseType => "type",
            Class::Partition => "partition",
            Class::VersionedTable => "versioned table",
            Class::ForeignTable => "foreign table",
            Class::VirtualTable => "virtual table",
            Class::ForeignServer => "foreign server",
            Class::Rule => "rule",
            Class::Cast => "cast",
            Class::Operator => "operator",
            Class::Collation => "collation",
            Class::Conversion => "conversion",
            Class::TextSearch => "text search object",
            Class::Publication => "publication",
            Class::Subscription => "subscription",
            Class::Statistics => "statistics",
            Class::Language => "language",
            Class::AccessMethod => "access method",
            Class::Tablespace => "tablespace",
            Class::Synonym => "synonym",
            Class::Role => "role",
            Class::Permission => "permission",
            Class::Data => "rows",
            Class::Call => "call",
        }
    }

    /// The first of the classes that share their names with this one: a type has not the name of a
    /// domain.
    pub fn namespace(self) -> Class {
        match self {
            Class::Domain | Class::CompositeType | Class::RangeType | Class::BaseType => {
                Class::Domain
            }
            Class::Partition
            | Class::VersionedTable
            | Class::ForeignTable
            | Class::VirtualTable => Class::Partition,
            Class::Function | Class::Procedure | Class::Aggregate => Class::Function,
            Class::View
            | Class::MaterializedView
            | Class::Package
            | Class::Trigger
            | Class::EventTrigger
            | Class::Event
            | Class::Sequence
            | Class::Extension
            | Class::Policy
            | Class::RowSecurity
            | Class::ForeignServer
            | Class::Rule
            | Class::Cast
            | Class::Operator
            | Class::Collation
            | Class::Conversion
            | Class::TextSearch
            | Class::Publication
            | Class::Subscription
            | Class::Statistics
            | Class::Language
            | Class::AccessMethod
            | Class::Tablespace
            | Class::Synonym
            | Class::Role
            | Class::Permission
            | Class::Data
            | Class::Call => self,
        }
    }
}

/// Something that a statement makes or removes, of the classes above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What it is.
    pub class: Class,
    /// It is removed.
    pub removes: bool,
    /// Its name, if it has one; of rows, their table.
    pub name: Option<ObjectName>,
    /// The table that it belongs to: of triggers, policies and rules.
    pub on: Option<ObjectName>,
    /// Where it is: the name, or the beginning of the statement.
    pub span: Span,
}

/// How a name is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UseKind {
    /// A foreign key to it.
    ForeignKey,
    /// A table or view that is read, altered, indexed or filled.
    Table,
    /// A type of a column, an argument or a cast.
    Type,
    /// A function that is called or executed.
    Function,
    /// A sequence.
    Sequence,
    /// The schema, or in MySQL the database, that something is created in.
    Schema,
    /// A role or user.
    Role,
    /// An extension.
    Extension,
    /// A collation.
    Collation,
    /// An operator.
    Operator,
    /// An operator class or family.
    OperatorClass,
    /// A dictionary, configuration, parser or template of the text search.
    TextSearch,
    /// A foreign server.
    Server,
    /// A foreign data wrapper.
    Wrapper,
    /// A language of functions.
    Language,
    /// An access method of tables or indexes.
    AccessMethod,
    /// An index by its name.
    Index,
    /// A trigger by its name.
    Trigger,
    /// A policy, rule or the like of a table, by its name.
    Policy,
    /// A publication.
    Publication,
    /// An event.
    Event,
    /// A tablespace, partition scheme or the like.
    Storage,
    /// A partition of a table that gets rows.
    Partition,
}

impl UseKind {
    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            UseKind::ForeignKey => "refers to",
            UseKind::Table => "needs",
            UseKind::Type => "uses type",
            UseKind::Function => "calls",
            UseKind::Sequence => "uses sequence",
            UseKind::Schema => "uses schema",
            UseKind::Role => "uses role",
            UseKind::Extension => "uses extension",
            UseKind::Collation => "uses collation",
            UseKind::Operator => "uses operator",
            UseKind::OperatorClass => "uses operator class",
            UseKind::TextSearch => "uses text search object",
            UseKind::Server => "uses server",
            UseKind::Wrapper => "uses foreign data wrapper",
            UseKind::Language => "uses language",
            UseKind::AccessMethod => "uses access method",
            UseKind::Index => "uses index",
            UseKind::Trigger => "uses trigger",
            UseKind::Policy => "uses policy",
            UseKind::Publication => "uses publication",
            UseKind::Event => "uses event",
            UseKind::Storage => "uses storage",
            UseKind::Partition => "needs a partition of",
        }
    }

    /// Whether a name of this kind belongs to no schema.
    pub(crate) fn is_global(self) -> bool {
        match self {
            UseKind::Schema
            | UseKind::Role
            | UseKind::Extension
            | UseKind::Server
            | UseKind::Wrapper
            | UseKind::Language
            | UseKind::AccessMethod
            | UseKind::Publication
            | UseKind::Storage => true,
            UseKind::ForeignKey
            | UseKind::Table
            | UseKind::Type
            | UseKind::Function
            | UseKind::Sequence
            | UseKind::Collation
            | UseKind::Operator
            | UseKind::OperatorClass
            | UseKind::TextSearch
            | UseKind::Index
            | UseKind::Trigger
            | UseKind::Policy
            | UseKind::Event
            | UseKind::Partition => false,
        }
    }
}

/// How much a name is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// It may be needed: a word that may be a name, a string that may be one.
    Weak,
    /// It is better created before, or the database needs it in some settings.
    Soft,
    /// The database refuses the statement without it.
    Hard,
}

/// A name that a statement needs to exist when it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The name.
    pub name: ObjectName,
    /// How it is needed.
    pub kind: UseKind,
    /// How much.
    pub strength: Strength,
}

/// A name that a statement creates or adds to, beside what it defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Make {
    /// The name.
    pub name: ObjectName,
    /// What it is.
    pub kind: UseKind,
    /// Whether it is there already, and something is added to it that its users may need.
    pub extends: bool,
}

/// What a statement says that only comparisons need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Something of a class is created.
    Created(Defined),
    /// It is changed.
    Altered(Defined),
    /// An enum is created with these labels.
    Enum(ObjectName, Vec<SmolStr>),
    /// A label is added to an enum, before or after another one.
    EnumLabel {
        /// The enum.
        name: ObjectName,
        /// The label.
        label: SmolStr,
        /// The label that it stands before, or behind where `true`.
        beside: Option<(SmolStr, bool)>,
    },
    /// A label is renamed.
    EnumLabelRenamed(ObjectName, SmolStr, SmolStr),
    /// `COMMENT ON x IS y`.
    Comment(SmolStr, Print, Span),
    /// A statement that is compared as a whole.
    Whole(Whole, Print, Span),
}

/// What a statement is about that is compared as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whole {
    /// `GRANT`, `REVOKE` and the like.
    Permission,
    /// Something that is not compared by its parts: a call, dynamic SQL, a statement that was not read.
    Other,
}

/// Something with a name that is kept as a print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defined {
    /// What it is.
    pub class: Class,
    /// Its name, if it has one.
    pub name: Option<ObjectName>,
    /// The table that it belongs to.
    pub on: Option<ObjectName>,
    /// What tells it from others of its name: the types of a function's arguments.
    pub signature: Print,
    /// What is said of it.
    pub print: Print,
    /// It is changed here, and created elsewhere.
    pub is_altered: bool,
    /// Where its name stands.
    pub span: Span,
}

/// How well a statement was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParseStatus {
    /// It defines tables, views or indexes, and every token of it was read.
    Read,
    /// Our reader had trouble, `sqlparser` had none: some of it may be missing in the definition.
    Accepted,
    /// It defines no table, view or index.
    Passed,
    /// Nobody could read all of it.
    Unread,
}

/// A column that a statement names where it is neither defined nor part of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The table that should have it.
    pub table: ObjectName,
    /// The column.
    pub column: Ident,
    /// What names it.
    pub by: &'static str,
    /// It may be another word.
    pub is_bare: bool,
}

impl Mention {
    /// What an `ALTER TABLE` is called that changes a column: it has to be there before.
    pub(crate) const CHANGE: &'static str = "change";
}

/// Which SQL a statement runs that is not written as a statement of the script. Names are in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runs {
    /// None.
    Nothing,
    /// Any: `EXECUTE`, `EXEC`, a `DO` block.
    Sql,
    /// What this procedure runs.
    Call(SmolStr),
    /// What these routines run; if rows are changed, what triggers run too.
    Routines {
        /// Names with a parenthesis behind them.
        names: Vec<SmolStr>,
        /// Whether rows are changed.
        changes_rows: bool,
    },
    /// None yet: it creates a routine.
    Defines {
        /// Its name.
        name: SmolStr,
        /// Whether its body may create or change tables.
        changes: bool,
        /// The routines that its body may call.
        calls: Vec<SmolStr>,
    },
    /// None yet: it creates a trigger.
    Trigger {
        /// Its function.
        function: SmolStr,
        /// Whether it fires on definitions rather than rows.
        is_event: bool,
    },
}

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Where it stands, without its delimiter.
    pub span: Span,
    /// What it defines, as far as it was read.
    pub definition: Option<Definition>,
    /// What it needs.
    pub uses: Vec<Use>,
    /// What it creates beside its definition.
    pub makes: Vec<Make>,
    /// What it makes or removes beside tables, columns, keys and indexes.
    pub effects: Vec<Effect>,
    /// What only comparisons need.
    pub facts: Vec<Fact>,
    /// Which SQL it runs that is not in the script.
    pub runs: Runs,
    /// The columns that it names beside its keys.
    pub mentions: Vec<Mention>,
    /// It drops tables or views, without `IF EXISTS`.
    pub needs_dropped: bool,
    /// How well it was understood.
    pub status: ParseStatus,
}

/// A whole text, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Its statements, in order.
    pub statements: Vec<Statement>,
    /// The words, in lower case, of statements that may create tables without our knowing: those
    /// that nobody could read, and dynamic SQL.
    pub unread_words: std::collections::BTreeSet<SmolStr>,
    /// It reads other files (`\i`, `SOURCE`): anything may be defined there.
    pub includes: bool,
    /// It turns MySQL's foreign key checks off.
    pub unchecked_foreign_keys: bool,
}
