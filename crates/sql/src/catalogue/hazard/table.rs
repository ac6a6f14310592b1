//! The table of hazards.
//!
//! `tests/hazards.rs` makes each change that is marked as measured on PostgreSQL 14 to 18 and MariaDB 10.11,
//! and compares. MySQL's rows are from its manual ("Online DDL Operations", 8.0 to 9).

use super::{Engine, Hazard, Kind, Row, Source, Waits};
use Engine::{Any, MariaDb, MySql, Postgres};
use Kind as K;
use Waits::{Everyone, Nobody, Writers};

/// What a server does, in short: whether it rewrites, whether it scans, who waits.
type Cost = (bool, bool, Waits);

/// Nothing but what the system's tables say.
const INSTANT: Cost = (false, false, Nobody);
/// It reads all rows while others read and write.
const SCAN: Cost = (false, true, Nobody);
/// It reads all rows; writes wait.
const SCAN_WRITERS: Cost = (false, true, Writers);
/// It reads all rows; reads wait as well.
const SCAN_EVERYONE: Cost = (false, true, Everyone);
/// It writes all rows again while others read and write.
const BUILD: Cost = (true, true, Nobody);
/// It writes all rows again; writes wait.
const COPY: Cost = (true, true, Writers);
/// It writes all rows again; reads wait as well.
const REWRITE: Cost = (true, true, Everyone);

/// What is said of whether a change can fail, and be taken back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It always works, and the opposite change takes it back.
    Reversible,
    /// It fails on some rows, and the opposite change takes it back.
    CanFail,
    /// It always works, and something is lost for good.
    Lossy,
    /// It fails on some rows, and something is lost for good.
    LossyCanFail,
}

const fn row(
    engine: Engine,
    kind: Kind,
    cost: Cost,
    then: Then,
    source: Source,
    fix: &'static str,
) -> Row {
    let (rewrites, scans, waits) = cost;
    let can_fail = matches!(then, Then::CanFail | Then::LossyCanFail);
    let is_reversible = matches!(then, Then::Reversible | Then::CanFail);
    let hazard = Hazard { rewrites, scans, waits, can_fail, is_reversible, fix };
    Row { kind, engine, since: 0, until: u32::MAX, source, hazard }
}

/// A row that was measured.
const fn seen(engine: Engine, kind: Kind, cost: Cost, then: Then, fix: &'static str) -> Row {
    row(engine, kind, cost, then, Source::Measured, fix)
}

/// A row from a manual.
const fn read(engine: Engine, kind: Kind, cost: Cost, then: Then, fix: &'static str) -> Row {
    row(engine, kind, cost, then, Source::Manual, fix)
}

/// A row that follows from what the change is.
const fn plain(kind: Kind, then: Then) -> Row {
    row(Any, kind, INSTANT, then, Source::Nature, "")
}

const CONCURRENTLY: &str = "build it with `CREATE INDEX CONCURRENTLY`, in a change of its own";
const DROP_CONCURRENTLY: &str =
    "`DROP INDEX CONCURRENTLY` does not wait for all transactions on the table";
const UNIQUE_CONCURRENTLY: &str = "make duplicates impossible first; build it with `CREATE UNIQUE INDEX CONCURRENTLY`, then `ADD CONSTRAINT ... UNIQUE USING INDEX`";
const NOT_VALID: &str = "add it `NOT VALID`, then `VALIDATE CONSTRAINT` in a change after";
const NOT_NULL: &str = "first a check `(column IS NOT NULL) NOT VALID` and `VALIDATE CONSTRAINT`, then NOT NULL: the server then trusts the check";
const NEW_COLUMN: &str = "add a new column, fill it in batches, and change over to it";
const FILL: &str =
    "add the column without a default, set the default, and fill the rows in batches";
const IN_PLACE: &str =
    "use a tool that copies the table while it is written to (gh-ost, pt-online-schema-change)";
const NULLS: &str = "set the NULLs to a value first";
const NO_DUPLICATES: &str = "remove the duplicates first";

/// What servers do, a change each.
pub const ROWS: &[Row] = &[
    // Nothing that is there is touched.
    plain(K::TableAdded, Then::Reversible),
    plain(K::ViewAdded, Then::Reversible),
    plain(K::RoutineAdded, Then::Reversible),
    plain(K::SequenceAdded, Then::Reversible),
    plain(K::TypeAdded, Then::Reversible),
    plain(K::ViewDropped, Then::Reversible),
    plain(K::RoutineDropped, Then::Reversible),
    // PostgreSQL.
    seen(Postgres, K::TableDropped, INSTANT, Then::Lossy, ""),
    seen(Postgres, K::TableRenamed, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::ViewChanged, INSTANT, Then::CanFail, ""),
    seen(Postgres, K::ColumnAdded, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::ColumnAddedConstant, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::ColumnAddedVolatile, REWRITE, Then::Reversible, FILL),
    seen(Postgres, K::ColumnAddedStored, REWRITE, Then::Reversible, NEW_COLUMN),
    Row { since: 18, ..seen(Postgres, K::ColumnAddedVirtual, INSTANT, Then::Reversible, "") },
    seen(Postgres, K::ColumnAddedNumbered, REWRITE, Then::Reversible, FILL),
    seen(
        Postgres,
        K::ColumnAddedMandatory,
        INSTANT,
        Then::CanFail,
        "add it with a default, or as nullable and fill it first",
    ),
    seen(Postgres, K::ColumnDropped, INSTANT, Then::Lossy, ""),
    seen(Postgres, K::ColumnRenamed, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::TypeRelaxed, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::TypeWidened, REWRITE, Then::Reversible, NEW_COLUMN),
    seen(Postgres, K::TypeChanged, REWRITE, Then::LossyCanFail, NEW_COLUMN),
    seen(Postgres, K::NotNull, SCAN_EVERYONE, Then::CanFail, NOT_NULL),
    seen(Postgres, K::Nullable, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::DefaultChanged, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::NumberingChanged, INSTANT, Then::Reversible, ""),
    Row { since: 17, ..seen(Postgres, K::ComputedChanged, REWRITE, Then::Lossy, NEW_COLUMN) },
    seen(Postgres, K::ComputedDropped, INSTANT, Then::Lossy, ""),
    seen(Postgres, K::ColumnCollation, SCAN_EVERYONE, Then::CanFail, NEW_COLUMN),
    seen(Postgres, K::ColumnSettings, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::PrimaryKeyAdded, SCAN_EVERYONE, Then::CanFail, UNIQUE_CONCURRENTLY),
    seen(Postgres, K::PrimaryKeyDropped, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::UniqueAdded, SCAN_WRITERS, Then::CanFail, UNIQUE_CONCURRENTLY),
    read(Postgres, K::UniqueAddedConcurrently, SCAN, Then::CanFail, NO_DUPLICATES),
    seen(Postgres, K::IndexAdded, SCAN_WRITERS, Then::Reversible, CONCURRENTLY),
    read(Postgres, K::IndexAddedConcurrently, SCAN, Then::Reversible, ""),
    seen(Postgres, K::UniqueDropped, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::IndexDropped, INSTANT, Then::Reversible, DROP_CONCURRENTLY),
    seen(
        Postgres,
        K::KeyChanged,
        SCAN_EVERYONE,
        Then::CanFail,
        "build the new one beside the old one with `CREATE INDEX CONCURRENTLY`, and drop the old one in a change after",
    ),
    seen(Postgres, K::KeyRenamed, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::ForeignKeyAdded, SCAN_WRITERS, Then::CanFail, NOT_VALID),
    seen(Postgres, K::ForeignKeyAddedNotValid, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::ForeignKeyDropped, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::ForeignKeyChanged, SCAN_EVERYONE, Then::Reversible, NOT_VALID),
    seen(Postgres, K::CheckAdded, SCAN_EVERYONE, Then::CanFail, NOT_VALID),
    seen(Postgres, K::CheckAddedNotValid, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::CheckDropped, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::CheckChanged, SCAN_EVERYONE, Then::CanFail, NOT_VALID),
    seen(
        Postgres,
        K::ExclusionAdded,
        SCAN_EVERYONE,
        Then::CanFail,
        "remove the rows that conflict first",
    ),
    seen(Postgres, K::Inheritance, INSTANT, Then::CanFail, ""),
    seen(Postgres, K::Unlogged, REWRITE, Then::Reversible, ""),
    seen(Postgres, K::RowSecurity, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::ReplicaIdentity, INSTANT, Then::Reversible, ""),
    read(Postgres, K::Placement, REWRITE, Then::Reversible, ""),
    seen(Postgres, K::TableSettings, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::Comment, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::RoutineChanged, INSTANT, Then::CanFail, ""),
    seen(Postgres, K::TriggerAdded, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::TriggerChanged, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::TriggerDropped, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::PolicyAdded, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::PolicyChanged, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::PolicyDropped, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::TypeDropped, INSTANT, Then::Reversible, ""),
    seen(Postgres, K::LabelAdded, INSTANT, Then::Lossy, ""),
    // MariaDB.
    seen(MariaDb, K::ColumnAdded, INSTANT, Then::Reversible, ""),
    seen(MariaDb, K::ColumnAddedConstant, INSTANT, Then::Reversible, ""),
    seen(MariaDb, K::ColumnAddedVolatile, COPY, Then::Reversible, FILL),
    seen(MariaDb, K::ColumnAddedStored, COPY, Then::Reversible, IN_PLACE),
    seen(MariaDb, K::ColumnAddedVirtual, INSTANT, Then::Reversible, ""),
    seen(MariaDb, K::ColumnAddedNumbered, COPY, Then::Reversible, IN_PLACE),
    seen(MariaDb, K::ColumnAddedMandatory, INSTANT, Then::Reversible, ""),
    seen(MariaDb, K::ColumnDropped, INSTANT, Then::Lossy, ""),
    seen(MariaDb, K::ColumnRenamed, INSTANT, Then::Reversible, ""),
    seen(MariaDb, K::TypeRelaxed, INSTANT, Then::Reversible, ""),
    seen(MariaDb, K::TypeGrown, COPY, Then::Reversible, IN_PLACE),
    seen(MariaDb, K::TypeExtended, INSTANT, Then::Reversible, ""),
    seen(MariaDb, K::TypeWidened, COPY, Then::Reversible, IN_PLACE),
    seen(MariaDb, K::TypeChanged, COPY, Then::LossyCanFail, IN_PLACE),
    seen(MariaDb, K::NotNull, BUILD, Then::CanFail, NULLS),
    seen(MariaDb, K::Nullable, BUILD, Then::Reversible, ""),
    seen(MariaDb, K::DefaultChanged, INSTANT, Then::Reversible, ""),
    seen(MariaDb, K::NumberingChanged, COPY, Then::CanFail, IN_PLACE),
    seen(MariaDb, K::ComputedChanged, COPY, Then::Lossy, IN_PLACE),
    seen(MariaDb, K::ColumnCollation, SCAN, Then::CanFail, IN_PLACE),
    seen(MariaDb, K::ColumnCharset, COPY, Then::LossyCanFail, IN_PLACE),
    seen(MariaDb, K::OnUpdate, INSTANT, Then::Reversible, ""),
    seen(MariaDb, K::PrimaryKeyAdded, BUILD, Then::CanFail, NO_DUPLICATES),
    seen(MariaDb, K::PrimaryKeyDropped, COPY, Then::Reversible, IN_PLACE),
    seen(MariaDb, K::UniqueAdded, SCAN, Then::CanFail, NO_DUPLICATES),
    seen(MariaDb, K::IndexAdded, SCAN, Then::Reversible, ""),
    seen(MariaDb, K::FullTextAdded, COPY, Then::Reversible, IN_PLACE),
    seen(MariaDb, K::UniqueDropped, SCAN, Then::Reversible, ""),
    seen(MariaDb, K::IndexDropped, SCAN, Then::Reversible, ""),
    seen(MariaDb, K::KeyChanged, SCAN, Then::CanFail, ""),
    seen(MariaDb, K::KeyRenamed, INSTANT, Then::Reversible, ""),
    seen(
        MariaDb,
        K::ForeignKeyAdded,
        COPY,
        Then::CanFail,
        "set the values that refer to nothing to NULL first",
    ),
    seen(MariaDb, K::ForeignKeyDropped, INSTANT, Then::Reversible, ""),
    seen(MariaDb, K::CheckAdded, COPY, Then::CanFail, IN_PLACE),
    seen(MariaDb, K::CheckDropped, INSTANT, Then::Reversible, ""),
    read(MariaDb, K::Engine, COPY, Then::Reversible, IN_PLACE),
    read(MariaDb, K::Partitioning, COPY, Then::CanFail, IN_PLACE),
    seen(MariaDb, K::TableCharset, COPY, Then::LossyCanFail, IN_PLACE),
    seen(MariaDb, K::TableSettings, BUILD, Then::Reversible, ""),
    seen(MariaDb, K::Versioning, COPY, Then::Lossy, IN_PLACE),
    seen(MariaDb, K::Comment, INSTANT, Then::Reversible, ""),
    // MySQL.
    read(MySql, K::TableDropped, INSTANT, Then::Lossy, ""),
    read(MySql, K::TableRenamed, INSTANT, Then::Reversible, ""),
    read(MySql, K::ColumnAdded, INSTANT, Then::Reversible, ""),
    read(MySql, K::ColumnAddedConstant, INSTANT, Then::Reversible, ""),
    read(MySql, K::ColumnAddedStored, COPY, Then::Reversible, IN_PLACE),
    read(MySql, K::ColumnAddedVirtual, INSTANT, Then::Reversible, ""),
    read(MySql, K::ColumnAddedNumbered, COPY, Then::Reversible, IN_PLACE),
    read(MySql, K::ColumnAddedMandatory, INSTANT, Then::Reversible, ""),
    read(MySql, K::ColumnDropped, BUILD, Then::Lossy, ""),
    read(MySql, K::ColumnRenamed, INSTANT, Then::Reversible, ""),
    read(MySql, K::TypeRelaxed, INSTANT, Then::Reversible, ""),
    read(MySql, K::TypeGrown, COPY, Then::Reversible, IN_PLACE),
    read(MySql, K::TypeExtended, INSTANT, Then::Reversible, ""),
    read(MySql, K::TypeWidened, COPY, Then::Reversible, IN_PLACE),
    read(MySql, K::TypeChanged, COPY, Then::LossyCanFail, IN_PLACE),
    read(MySql, K::NotNull, BUILD, Then::CanFail, NULLS),
    read(MySql, K::Nullable, BUILD, Then::Reversible, ""),
    read(MySql, K::DefaultChanged, INSTANT, Then::Reversible, ""),
    read(MySql, K::NumberingChanged, COPY, Then::CanFail, IN_PLACE),
    read(MySql, K::ComputedChanged, COPY, Then::Lossy, IN_PLACE),
    read(MySql, K::ColumnCollation, COPY, Then::CanFail, IN_PLACE),
    read(MySql, K::ColumnCharset, COPY, Then::LossyCanFail, IN_PLACE),
    read(MySql, K::PrimaryKeyAdded, BUILD, Then::CanFail, NO_DUPLICATES),
    read(MySql, K::PrimaryKeyDropped, COPY, Then::Reversible, IN_PLACE),
    read(MySql, K::UniqueAdded, SCAN, Then::CanFail, NO_DUPLICATES),
    read(MySql, K::IndexAdded, SCAN, Then::Reversible, ""),
    read(MySql, K::FullTextAdded, COPY, Then::Reversible, IN_PLACE),
    read(MySql, K::UniqueDropped, INSTANT, Then::Reversible, ""),
    read(MySql, K::IndexDropped, INSTANT, Then::Reversible, ""),
    read(MySql, K::KeyChanged, SCAN, Then::CanFail, ""),
    read(MySql, K::KeyRenamed, INSTANT, Then::Reversible, ""),
    read(
        MySql,
        K::ForeignKeyAdded,
        COPY,
        Then::CanFail,
        "set the values that refer to nothing to NULL first",
    ),
    read(MySql, K::ForeignKeyDropped, INSTANT, Then::Reversible, ""),
    read(MySql, K::CheckAdded, COPY, Then::CanFail, IN_PLACE),
    read(MySql, K::CheckDropped, INSTANT, Then::Reversible, ""),
    read(MySql, K::Engine, COPY, Then::Reversible, IN_PLACE),
    read(MySql, K::Partitioning, COPY, Then::CanFail, IN_PLACE),
    read(MySql, K::TableCharset, COPY, Then::LossyCanFail, IN_PLACE),
    read(MySql, K::TableSettings, BUILD, Then::Reversible, ""),
    read(MySql, K::Comment, INSTANT, Then::Reversible, ""),
];
